import { expect, test } from "vitest";
import { checkLimit } from "./limit.ts";

test("a whole number from the least on is taken, and Infinity", () => {
  for (const value of [1, 2, 1_048_576, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    expect(checkLimit("maxMessage", value, 1)).toBe(value);
  }
});

test.each([0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])(
  "%d is a RangeError that names the option",
  (value) => {
    expect(() => checkLimit("maxMessage", value, 1)).toThrow(
      new RangeError(`maxMessage has to be an integer of at least 1, or Infinity; got ${value}`),
    );
  },
);

test.each(["5", null, 5n, {}])("%s is a TypeError that names the option", (value) => {
  expect(() => checkLimit("maxFragments", value as number, 1)).toThrow(
    new TypeError("maxFragments has to be a number"),
  );
});
