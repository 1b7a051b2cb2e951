import { expect, test } from "vitest";
import { resolveLimits } from "./request-limits.ts";

test("every limit has a default", () => {
  expect(resolveLimits()).toEqual({ requestLine: 8192, headerBytes: 16_384, headerCount: 100 });
  expect(resolveLimits({ headerCount: 1 })).toEqual({
    requestLine: 8192,
    headerBytes: 16_384,
    headerCount: 1,
  });
});

test.each(["requestLine", "headerBytes", "headerCount"])("a bad %s is a RangeError that names it", (name) => {
  for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "7" as unknown as number]) {
    expect(() => resolveLimits({ [name]: value })).toThrow(RangeError);
    expect(() => resolveLimits({ [name]: value })).toThrow(name);
  }
});
