import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

/** How many of `times` calls at `now` are granted. */
function granted(bucket: TokenBucket, now: number, times: number): number {
  let count = 0;
  for (let i = 0; i < times; i++) if (bucket.take(now)) count++;
  return count;
}

test("the burst is there at once, and no more", () => {
  expect(granted(new TokenBucket({ perSecond: 100, burst: 200 }, 5_000), 5_000, 300)).toBe(200);
});

test("one token comes back after a second at one per second, and not before", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
  expect(bucket.take(0)).toBe(true);
  expect(bucket.take(999)).toBe(false);
  expect(bucket.take(1_000)).toBe(true);
  expect(bucket.take(1_000)).toBe(false);
});

test("a rest of a token is kept for the next time", () => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 1 }, 0);
  expect(bucket.take(0)).toBe(true);
  expect(bucket.take(250)).toBe(false);
  expect(bucket.take(500)).toBe(true);
});

test("no patience fills it above the burst", () => {
  const bucket = new TokenBucket({ perSecond: 100, burst: 3 }, 0);
  expect(granted(bucket, 3_600_000, 10)).toBe(3);
});

test("an infinite rate grants everything, time passing or not", () => {
  const endless = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };
  const bucket = new TokenBucket(endless, 0);
  expect(granted(bucket, 0, 1_000)).toBe(1_000);
  expect(granted(bucket, 10, 1_000)).toBe(1_000);
});

test("an infinite rate is no limit, whatever the burst", () => {
  const bucket = new TokenBucket({ perSecond: Number.POSITIVE_INFINITY, burst: 2 }, 0);
  expect(granted(bucket, 0, 5)).toBe(5);
  expect(granted(bucket, 1, 5)).toBe(5);
  expect(granted(new TokenBucket({ perSecond: Number.POSITIVE_INFINITY, burst: 2 }, 0), 1, 5)).toBe(5);
});

test("an infinite burst is no limit, whatever the rate", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: Number.POSITIVE_INFINITY }, 0);
  expect(granted(bucket, 0, 1_000)).toBe(1_000);
});

test("over any stretch of time no more than burst plus rate times time is granted, and no less of what is asked evenly", () => {
  const rate = fc.record({
    perSecond: fc.integer({ min: 1, max: 500 }),
    burst: fc.integer({ min: 1, max: 50 }),
  });
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40 })));
  fc.assert(
    fc.property(rate, steps, (limit, calls) => {
      const bucket = new TokenBucket(limit, 0);
      let now = 0;
      let total = 0;
      for (const [pause, times] of calls) {
        now += pause;
        const count = granted(bucket, now, times);
        total += count;
        if (pause * limit.perSecond >= 1_000) expect(count).toBeGreaterThanOrEqual(Math.min(times, 1));
      }
      expect(total).toBeLessThanOrEqual(limit.burst + (now * limit.perSecond) / 1_000 + 1e-6);
    }),
  );
});
