import { expect, test } from "vitest";
import { HandshakeError } from "./handshake-error.ts";
import { parseSubprotocols, selectSubprotocol } from "./subprotocol.ts";

test("subprotocols come in the order offered", () => {
  expect(parseSubprotocols("chat, superchat,v1.chat")).toEqual(["chat", "superchat", "v1.chat"]);
});

test("subprotocols differ by case", () => {
  expect(parseSubprotocols("chat, Chat")).toEqual(["chat", "Chat"]);
  expect(selectSubprotocol(["Chat"], ["chat"])).toBeUndefined();
});

test.each([
  "",
  "a,",
  "a b",
  "a,a",
  '"a"',
  "a/b",
  "a=b",
  Array.from({ length: 33 }, (_, i) => `p${i}`).join(),
])("%j is refused", (header) => {
  expect(() => parseSubprotocols(header)).toThrow(HandshakeError);
});

test("32 subprotocols may be offered", () => {
  expect(parseSubprotocols(Array.from({ length: 32 }, (_, i) => `p${i}`).join())).toHaveLength(32);
});

test("the server's preference decides, nothing is chosen that one side lacks", () => {
  expect(selectSubprotocol(["a", "b"], ["b", "a"])).toBe("b");
  expect(selectSubprotocol(["a"], ["b"])).toBeUndefined();
  expect(selectSubprotocol([], ["b"])).toBeUndefined();
  expect(selectSubprotocol(["a"], [])).toBeUndefined();
  expect(selectSubprotocol(["__proto__", "constructor"], ["toString", "constructor"])).toBe("constructor");
});
