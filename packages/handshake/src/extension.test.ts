import { expect, test } from "vitest";
import { formatExtension, formatExtensions, parseExtensions } from "./extension.ts";
import { HandshakeError } from "./handshake-error.ts";

test("offers come with their parameters in the order sent", () => {
  expect(parseExtensions('foo, bar; baz=2, permessage-deflate;a ; b="10"\t;c')).toEqual([
    { name: "foo", params: [] },
    { name: "bar", params: [{ name: "baz", value: "2" }] },
    {
      name: "permessage-deflate",
      params: [
        { name: "a", value: true },
        { name: "b", value: "10" },
        { name: "c", value: true },
      ],
    },
  ]);
});

test("the same extension and the same parameter may stand twice: that is for the negotiation", () => {
  expect(parseExtensions("x; a; a=1, x")).toHaveLength(2);
});

test("a quoted value is the same as the bare token", () => {
  expect(parseExtensions('x; a="b\\c"')).toEqual(parseExtensions("x; a=bc"));
});

test.each([
  "",
  ",",
  "x,",
  "x,,y",
  ";a",
  "x;",
  "x;;a",
  "x; =1",
  "x; a=",
  'x; a=""',
  'x; a="',
  'x; a="b',
  'x; a="b c"',
  'x; a="b"c',
  'x; a="b,c"',
  "x; a =1",
  "x; a= 1",
  "x; a=1=2",
  "x y",
  "x/1",
  '"x"',
  "x\u0161",
])("%j is refused", (header) => {
  expect(() => parseExtensions(header)).toThrow(HandshakeError);
});

test("there may be 32 offers of 16 parameters", () => {
  const offer = (count: number) => `x${"; a".repeat(count)}`;
  expect(parseExtensions(Array.from({ length: 32 }, () => offer(16)).join())).toHaveLength(32);
  expect(() => parseExtensions(Array.from({ length: 33 }, () => "x").join())).toThrow(HandshakeError);
  expect(() => parseExtensions(offer(17))).toThrow(HandshakeError);
});

test("names of Object.prototype are names like any other", () => {
  expect(parseExtensions("__proto__; constructor=toString")).toEqual([
    { name: "__proto__", params: [{ name: "constructor", value: "toString" }] },
  ]);
});

test("what is written reads back the same", () => {
  const text = "permessage-deflate; server_no_context_takeover; client_max_window_bits=12, x";
  expect(formatExtensions(parseExtensions(text))).toBe(text);
  expect(formatExtensions([])).toBe("");
});

test.each([
  { name: "", params: [] },
  { name: "a b", params: [] },
  { name: "a", params: [{ name: "b\r\n", value: true as const }] },
  { name: "a", params: [{ name: "b", value: "" }] },
  { name: "a", params: [{ name: "b", value: "\u010d\u010a" }] },
])("%j cannot be written", (offer) => {
  expect(() => formatExtension(offer)).toThrow(TypeError);
});
