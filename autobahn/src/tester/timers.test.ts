import { expect, test } from "vitest";
import { fairNow } from "./fair-clock.ts";
import { Timers } from "./timers.ts";

/** Keeps the process from everything else. */
function hold(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("the fair clock stands still while the process is held up, and never goes back", () => {
  const before = fairNow();
  hold(200);
  const after = fairNow();
  expect(after - before).toBeGreaterThanOrEqual(0);
  expect(after - before).toBeLessThan(50);
});

test("a timer gives the time that was lost while the process was held up", async () => {
  const timers = new Timers();
  const started = performance.now();
  const ended = new Promise<number>((resolve) => {
    timers.start(0.2, () => resolve(performance.now() - started));
  });
  hold(150);
  expect(await ended).toBeGreaterThan(300);
});

test("a timer never takes more than twice its time", async () => {
  const timers = new Timers();
  const started = performance.now();
  let busy = true;
  const ended = new Promise<number>((resolve) => {
    timers.start(0.1, () => {
      busy = false;
      resolve(performance.now() - started);
    });
  });
  const work = (): void => {
    hold(30);
    if (busy) setImmediate(work);
  };
  work();
  expect(await ended).toBeLessThan(300);
});

test("timers run out in the order of their deadlines, even when all of them are late", async () => {
  const timers = new Timers();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    timers.start(0.06, () => order.push("third"));
    timers.start(0.02, () => order.push("first"));
    timers.start(0.04, () => order.push("second"));
    timers.start(0.08, resolve);
  });
  hold(300);
  await done;
  expect(order).toEqual(["first", "second", "third"]);
});

test("a stopped timer does not run out, one that is stopped by an earlier one neither", async () => {
  const timers = new Timers();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    const second = timers.start(0.02, () => order.push("second"));
    timers.start(0.01, () => {
      order.push("first");
      timers.stop(second);
    });
    timers.start(0.04, resolve);
  });
  hold(100);
  await done;
  expect(order).toEqual(["first"]);
});
