import { expect, test } from "vitest";
import { pauseAfter } from "./pause.ts";

test("pauses grow from 50 to 100 ms up to between 1 and 2 s, and stay there", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 1_000].map((attempts) => pauseAfter(attempts, 0))).toEqual([
    50, 100, 200, 400, 800, 1_000, 1_000, 1_000,
  ]);
  expect([0, 1, 5, 1_000].map((attempts) => pauseAfter(attempts, 1))).toEqual([100, 200, 2_000, 2_000]);
});
