import { expect, test } from "vitest";
import { pauseAfter } from "./pause.ts";

test("pauses grow, are never longer than 2 s, and differ", () => {
  const longest = Array.from({ length: 100 }, (_, failures) => pauseAfter(failures, 0.999_999));
  expect(longest.slice(0, 4).map(Math.round)).toEqual([50, 100, 200, 400]);
  expect(Math.max(...longest)).toBeLessThanOrEqual(2000);
  expect(pauseAfter(99, 0)).toBe(1000);
  expect(pauseAfter(5000, 0.5)).toBe(1500);
});
