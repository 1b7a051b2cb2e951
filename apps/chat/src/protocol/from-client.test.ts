import { describe, expect, test } from "vitest";
import { BadMessage } from "./fields.ts";
import { type FromClient, parseFromClient } from "./from-client.ts";

const key = "k".repeat(16);
const hello: FromClient = { type: "hello", key, nick: "Paul", colour: 3 };
const say: FromClient = { type: "say", room: "arrakis", id: "a-1", text: "the spice must flow" };
const since = { epoch: "e1", offset: 7 };

const parse = (value: unknown): FromClient | BadMessage => parseFromClient(JSON.stringify(value));

/** The field that a message is refused for. */
function faultOf(value: unknown): string | undefined {
  const result = typeof value === "string" ? parseFromClient(value) : parse(value);
  return result instanceof BadMessage ? result.field : undefined;
}

describe("a message that is well-formed is read as it is", () => {
  const messages: FromClient[] = [
    hello,
    { type: "join", room: "arrakis" },
    { type: "join", room: "дюна-2", since },
    { type: "leave", room: "a_b" },
    say,
    { ...say, text: `${"x".repeat(1_996)}\n\t😀` },
    { type: "typing", room: "arrakis" },
    { type: "ping" },
    { ...hello, nick: "👩‍🚀 Zoë" },
  ];
  test.each(messages.map((message) => [JSON.stringify(message).slice(0, 60), message] as const))(
    "%s",
    (_, message) => {
      expect(parse(message)).toEqual(message);
    },
  );
});

describe("what is no message at all is refused as a whole", () => {
  test.each(["", "{", "null", "[]", "1", '"hello"', '[{"type":"ping"}]'])("%s", (text) => {
    expect(faultOf(text)).toBe("");
  });

  test("bytes", () => {
    expect(parseFromClient(Uint8Array.of(123, 125))).toBeInstanceOf(BadMessage);
  });

  test("text nested deeper than anything can read", () => {
    expect(parseFromClient(`${"[".repeat(16_000)}`)).toBeInstanceOf(BadMessage);
    expect(parseFromClient(`${'{"type":'.repeat(5_000)}1${"}".repeat(5_000)}`)).toBeInstanceOf(BadMessage);
  });
});

describe("a message is refused for the field that is wrong", () => {
  const cases: [string, unknown][] = [
    ["type", {}],
    ["type", { type: "shout" }],
    ["type", { type: 1 }],
    ["type", { type: "constructor" }],
    ["type", { type: "__proto__" }],
    ["since", { type: "join", room: "a", since: null }],
    ["since", { type: "join", room: "a", since: 5 }],
    ["epoch", { type: "join", room: "a", since: { offset: 1 } }],
    ["epoch", { type: "join", room: "a", since: { epoch: "e".repeat(65), offset: 1 } }],
    ["epoch", { type: "join", room: "a", since: { epoch: "a b", offset: 1 } }],
    ["offset", { type: "join", room: "a", since: { epoch: "e", offset: -1 } }],
    ["offset", { type: "join", room: "a", since: { epoch: "e", offset: 1.5 } }],
    ["offset", { type: "join", room: "a", since: { epoch: "e", offset: 2 ** 53 } }],
    ["extra", { type: "join", room: "a", since: { ...since, extra: 1 } }],
    ["more", { type: "ping", more: 1 }],
    ["key", { ...hello, key: "short" }],
    ["key", { ...hello, key: "k".repeat(65) }],
    ["key", { ...hello, key: `${key}!` }],
    ["key", { ...hello, key: `${key}\n` }],
    ["key", { ...hello, key: [key] }],
    ["colour", { ...hello, colour: 8 }],
    ["colour", { ...hello, colour: -1 }],
    ["colour", { ...hello, colour: "3" }],
    ["id", { ...say, id: "" }],
    ["id", { ...say, id: "i".repeat(33) }],
    ["id", { ...say, id: "a b" }],
    ["id", { ...say, id: 1 }],
    ["text", { ...say, text: "" }],
    ["text", { ...say, text: " \n\t " }],
    ["text", { ...say, text: "x".repeat(2_001) }],
    ["text", { ...say, text: 5 }],
    ["text", { ...say, text: "bell \u0007" }],
    ["text", { ...say, text: "evil \u202e txt" }],
    ["text", { ...say, text: { length: 5 } }],
  ];
  test.each(cases)("%s: %j", (field, message) => {
    expect(faultOf(message)).toBe(field);
  });

  test("half of a surrogate pair is no text, and no name", () => {
    expect(faultOf(`{"type":"say","room":"a","id":"1","text":"\\ud800"}`)).toBe("text");
    expect(faultOf(`{"type":"hello","key":"${key}","nick":"\\udc00","colour":1}`)).toBe("nick");
  });

  test.each(["", " ", "x".repeat(25), " Paul", "Paul ", "a\nb", "a\u202eb", 7, null])("nick: %j", (nick) => {
    expect(faultOf({ ...hello, nick })).toBe("nick");
  });

  test.each(["", "-a", "A", "a b", "a/b", "r".repeat(33), "e\u0301", "a\u0000", 1, null, "#a", "😀"])(
    "room: %j",
    (room) => {
      for (const type of ["join", "leave", "typing"]) expect(faultOf({ type, room })).toBe("room");
      expect(faultOf({ ...say, room })).toBe("room");
    },
  );
});

test("what a refused message was about is told as far as it is well-formed", () => {
  const about = (value: object): unknown => (parse(value) as BadMessage).about;
  expect(about({ ...say, text: "" })).toEqual({ room: "arrakis", id: "a-1" });
  expect(about({ ...say, room: "A", text: "" })).toEqual({ id: "a-1" });
  expect(about({ ...say, id: "?" })).toEqual({ room: "arrakis" });
  expect(about([])).toEqual({});
});

test("a field named __proto__ is a field that is not known", () => {
  expect(faultOf('{"type":"ping","__proto__":{"type":"say"}}')).toBe("__proto__");
});
