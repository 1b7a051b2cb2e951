import { describe, expect, test } from "vitest";
import { wholeNumber } from "./whole-number.ts";

describe("a whole number in bounds", () => {
  const read = wholeNumber(1, 999);

  test.each([
    ["1", 1],
    ["999", 999],
    ["007", 7],
  ])("%s is one", (text, value) => {
    expect(read(text)).toBe(value);
  });

  test.each(["0", "1000", "-1", "2.5", "1e2", "0x10", " 1", "", "many", "9".repeat(17)])(
    "%j is none",
    (text) => {
      expect(() => read(text)).toThrow("It must be a number from 1 to 999.");
    },
  );
});

test("a whole number without an upper bound is at most the largest safe one", () => {
  const read = wholeNumber(0);
  expect(read("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => read("9007199254740992")).toThrow("from 0 to 9007199254740991");
});
