import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingWindow } from "./sliding-window.ts";

test("a new window is empty and takes no memory", () => {
  const window = new SlidingWindow(15);
  expect(window.bytes).toBeUndefined();
  expect(window.retainedBytes).toBe(0);
});

test("it holds the last octets of everything that passed, whatever the messages were", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 12 }),
      fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 }),
      (bits, messages) => {
        const window = new SlidingWindow(bits);
        let all = Buffer.alloc(0);
        for (const message of messages) {
          window.append(message);
          all = Buffer.concat([all, message]);
          expect(Buffer.from(window.bytes ?? [])).toEqual(all.subarray(-(2 ** bits)));
          expect(window.retainedBytes).toBeLessThanOrEqual(2 ** bits);
        }
      },
    ),
  );
});

test("memory grows with what has passed, up to the size of the window", () => {
  const window = new SlidingWindow(12);
  window.append(new Uint8Array(10));
  expect(window.retainedBytes).toBe(1_024);
  window.append(new Uint8Array(1_100));
  expect(window.retainedBytes).toBe(2_048);
  window.append(new Uint8Array(100_000));
  expect(window.retainedBytes).toBe(4_096);
});

test("a window smaller than the first memory is no larger than it should be", () => {
  const window = new SlidingWindow(8);
  window.append(new Uint8Array(10));
  expect(window.retainedBytes).toBe(256);
});

test("what is cleared takes no memory", () => {
  const window = new SlidingWindow(12);
  window.append(new Uint8Array(5_000));
  window.clear();
  expect([window.bytes, window.retainedBytes]).toEqual([undefined, 0]);
});
