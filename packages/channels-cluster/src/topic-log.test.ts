import { expect, test } from "vitest";
import { TopicLog } from "./topic-log.ts";

const bounds = { count: 100, bytes: 10_000, age: 1_000, keep: 5_000 };
const entry = (byte: number): Uint8Array => Uint8Array.of(byte);

test("a log is forgotten when its entries are too old and its position was kept long enough", () => {
  const log = new TopicLog(bounds, 0);
  log.append(entry(1), bounds, 100);
  expect([100, 1_100, 5_100, 5_101].map((now) => log.isForgotten(now))).toEqual([false, false, false, true]);
});

test("entries outlast what keep says, as long as they are not too old", () => {
  const log = new TopicLog(bounds, 0);
  log.append(entry(1), { ...bounds, age: 60_000, keep: 10 }, 0);
  expect(log.isForgotten(30_000)).toBe(false);
  expect(log.isForgotten(60_001)).toBe(true);
});

test("thousands of entries that come and go leave the last ones, in order", () => {
  const log = new TopicLog(bounds, 0);
  const few = { ...bounds, count: 10 };
  for (let i = 0; i < 5_000; i++) log.append(entry(i % 256), few, i);
  const { position, entries } = log.read(undefined, few, 5_000);
  expect([position.offset, entries]).toEqual([5_000, undefined]);
  const behind = log.read({ ...position, offset: 4_997 }, few, 5_000).entries;
  expect(behind?.map(([byte]) => byte)).toEqual([4_997 % 256, 4_998 % 256, 4_999 % 256]);
});
