import { expect, test } from "vitest";
import { checkFields } from "./header-fields.ts";
import { HeaderMap } from "./header-map.ts";

test("headers come as an object, as pairs or as a map", () => {
  expect(checkFields(undefined)).toEqual([]);
  expect(checkFields({ a: "1", B: "2" })).toEqual([
    ["a", "1"],
    ["B", "2"],
  ]);
  expect(checkFields(new Map([["a", "1"]]))).toEqual([["a", "1"]]);
  expect(checkFields(HeaderMap.fromRaw(["A", "1", "a", "2"]))).toEqual([
    ["a", "1"],
    ["a", "2"],
  ]);
});

test("an object's own names are sent and no others", () => {
  const inherited = Object.assign(Object.create({ "x-inherited": "1" }), { a: "2" });
  expect(checkFields(inherited)).toEqual([["a", "2"]]);
  expect(checkFields(JSON.parse('{"__proto__": "1"}'))).toEqual([["__proto__", "1"]]);
});

test("every character that would break a header is a TypeError", () => {
  for (let code = 0; code < 0x20; code++) {
    if (code !== 0x09) expect(() => checkFields({ a: `b${String.fromCharCode(code)}c` })).toThrow(TypeError);
    expect(() => checkFields({ [`a${String.fromCharCode(code)}`]: "b" })).toThrow(TypeError);
  }
  for (const value of ["\x7f", "\u0100", "\u010d\u010a", "\u2028", "\ud83d\ude00"]) {
    expect(() => checkFields({ "x-name": value })).toThrow("x-name");
  }
  expect(checkFields({ a: "\tb \xff" })).toEqual([["a", "\tb \xff"]]);
});

test.each(["", "a b", "a:", "a\r\nb", "\u010d", "caf\xe9"])("the name %j is a TypeError", (name) => {
  expect(() => checkFields([[name, "b"]])).toThrow(TypeError);
});

test("what is no string is a TypeError, whatever it would turn into", () => {
  const list = ["a"] as unknown as string;
  expect(() => checkFields({ a: 1 as unknown as string })).toThrow(TypeError);
  expect(() => checkFields({ a: list })).toThrow(TypeError);
  expect(() => checkFields([[list, "b"]])).toThrow(TypeError);
});

test.each([
  "Connection",
  "content-length",
  "Transfer-Encoding",
  "Trailer",
  "TE",
  "Keep-Alive",
  "Proxy-Connection",
  "Upgrade",
  "Expect",
  "SEC-WEBSOCKET-ACCEPT",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Key",
  "Sec-WebSocket-Protocol",
  "Sec-WebSocket-Version",
])("%s is not the app's to set", (name) => {
  expect(() => checkFields({ [name]: "a" })).toThrow(`header ${name} is written by the handshake`);
});

test("a caller can reserve more names", () => {
  expect(() => checkFields({ Host: "a" }, ["host"])).toThrow(TypeError);
  expect(checkFields({ Host: "a" })).toEqual([["Host", "a"]]);
});
