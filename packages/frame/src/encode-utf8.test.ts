import { expect, test } from "vitest";
import { encodeUtf8 } from "./encode-utf8.ts";

test("any length of text is the UTF-8 that TextEncoder makes, in the shared memory or in its own", () => {
  for (const character of ["a", "é", "✓", "😀"]) {
    for (const length of [0, 1, 100, 10_922, 21_845, 21_846, 70_000]) {
      const text = character.repeat(Math.ceil(length / character.length));
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    }
  }
});

test("lone surrogates become U+FFFD", () => {
  expect(encodeUtf8("a\ud800b\udc00")).toEqual(new TextEncoder().encode("a\ufffdb\ufffd"));
});

test.each([5, null, undefined, new Uint8Array(2), { length: 2 }])("%s is a TypeError", (data) => {
  expect(() => encodeUtf8(data as unknown as string)).toThrow(new TypeError("Text has to be a string"));
});
