import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test("the pause doubles from half a second to twenty, and stays there", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 1_000].map((attempt) => backoff(attempt, 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000,
  ]);
});

test("chance takes up to half of it away", () => {
  expect(backoff(3, 0)).toBe(2_000);
  expect(backoff(3, 0.5)).toBe(3_000);
});
