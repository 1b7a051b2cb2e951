import { expect, test } from "vitest";
import { LogicalClock } from "./logical-clock.ts";

test("goes on with the milliseconds of its node, and gives no time twice", () => {
  let now = 10.7;
  const clock = new LogicalClock(() => now);
  expect([clock.next, clock.take(), clock.take(), clock.take()]).toEqual([10, 10, 11, 12]);
  now = 20;
  expect([clock.take(), clock.take()]).toEqual([20, 21]);
});

test("begins at 1", () => {
  expect(new LogicalClock(() => 0).take()).toBe(1);
});

test("is set forward by what it hears, never back, and goes on from there", () => {
  let now = 100;
  const clock = new LogicalClock(() => now);
  clock.hear(5000);
  expect(clock.take()).toBe(5001);
  clock.hear(7);
  now = 1100;
  expect(clock.take()).toBe(6000);
});

test("cannot be driven to where numbers end", () => {
  const clock = new LogicalClock(() => 0);
  clock.hear(Number.MAX_SAFE_INTEGER);
  for (let i = 0; i < 1000; i++) expect(Number.isSafeInteger(clock.take())).toBe(true);
});
