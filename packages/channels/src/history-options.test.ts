import { expect, test } from "vitest";
import { resolveHistory } from "./history-options.ts";

test("a bound of a history may be Infinity, or 0", () => {
  const { POSITIVE_INFINITY: infinite } = Number;
  const bounds = { count: infinite, bytes: 0, age: infinite, keep: 0.5 };
  expect(resolveHistory(bounds)).toEqual({ ...bounds, stamp: undefined });
});

test.each<[string, object | null, ErrorConstructor]>([
  ["count", { count: Number.NaN }, RangeError],
  ["bytes", { bytes: -1 }, RangeError],
  ["age", { age: Number.NEGATIVE_INFINITY }, RangeError],
  ["keep", { keep: "1" }, TypeError],
  ["stamp", { stamp: 1 }, TypeError],
  ["size", { size: 1 }, TypeError],
  ["history", null, TypeError],
  ["history", "all" as never, TypeError],
])("%s: %j is a wrong one", (name, options, kind) => {
  expect(() => resolveHistory(options as never)).toThrow(kind);
  expect(() => resolveHistory(options as never)).toThrow(name);
});
