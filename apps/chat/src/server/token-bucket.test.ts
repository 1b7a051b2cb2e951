import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("a burst is taken at once, then one for each that the time has earned", () => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 1_000);
  expect([bucket.take(1_000), bucket.take(1_000), bucket.take(1_000)]).toEqual([0, 0, 0]);
  expect(bucket.take(1_000)).toBe(500);
  expect(bucket.take(1_499)).toBe(1);
  expect(bucket.take(1_500)).toBe(0);
  expect(bucket.take(1_500)).toBe(500);
});

test("however long nothing happens, no more than a burst is saved", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, 0);
  const taken = [bucket.take(1e9), bucket.take(1e9), bucket.take(1e9)];
  expect(taken).toEqual([0, 0, 100]);
});

test("a clock that goes backwards earns nothing and takes nothing", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 5_000);
  expect(bucket.take(4_000)).toBe(0);
  expect(bucket.take(4_000)).toBe(1_000);
});
