import { describe, expect, test } from "vitest";
import { backoffDelay, RestartLimit } from "./restart-limit.ts";

describe("the limit of restarts", () => {
  test("allows max of them within the time, and not one more", () => {
    const limit = new RestartLimit(3, 1_000);
    expect([0, 10, 20, 30].map((now) => limit.allows(now))).toEqual([true, true, true, false]);
  });

  test("forgets those that are longer ago", () => {
    const limit = new RestartLimit(2, 1_000);
    expect([0, 500, 1_000, 1_400, 1_500].map((now) => limit.allows(now))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("of 0 allows none", () => {
    expect(new RestartLimit(0, 1_000).allows(0)).toBe(false);
  });
});

test("the first restart in a row is at once, the next wait twice as long each time, up to a bound", () => {
  expect([1, 2, 3, 4, 5, 2_000].map((failures) => backoffDelay(failures, 100, 500))).toEqual([
    0, 100, 200, 400, 500, 500,
  ]);
});
