import { expect, test } from "vitest";
import { parseList, TokenReader } from "./token-reader.ts";

const tokens = (text: string, max = 4) => parseList(text, max, (reader) => reader.token() || undefined);

test("items are told apart by commas and white space around them", () => {
  expect(tokens("a")).toEqual(["a"]);
  expect(tokens(" a\t,b , c")).toEqual(["a", "b", "c"]);
});

test.each(["", " ", ",", "a,", ",a", "a,,b", "a b", "a;b", "a, b c", '"a"', "a\u0161"])(
  "%j is no list",
  (text) => {
    expect(tokens(text)).toBeUndefined();
  },
);

test("there may be as many items as allowed and no more", () => {
  expect(tokens("a,b,c,d")).toHaveLength(4);
  expect(tokens("a,b,c,d,e")).toBeUndefined();
});

test("64 spaces in a row are skipped, a 65th is a fault", () => {
  expect(tokens(`a,${" ".repeat(64)}b`)).toEqual(["a", "b"]);
  expect(tokens(`a,${" ".repeat(65)}b`)).toBeUndefined();
  expect(tokens(`a${" ".repeat(65)},b`)).toBeUndefined();
});

test("a quoted string loses its quotes and backslashes", () => {
  const read = (text: string) => new TokenReader(text).quoted();
  expect(read('"')).toBe("");
  expect(read('a b"c')).toBe("a b");
  expect(read('a\\"b\\\\"')).toBe('a"b\\');
  expect(read("a")).toBeUndefined();
  expect(read('a\\"')).toBeUndefined();
  expect(read("a\\")).toBeUndefined();
});
