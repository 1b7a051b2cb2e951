import { beforeEach, expect, test } from "vitest";
import { ReplyBatch } from "./reply-batch.ts";

let now = 0;
let sent: string[] = [];
let batch: ReplyBatch;
beforeEach(() => {
  now = 0;
  sent = [];
  batch = new ReplyBatch(() => now);
});

const bytes = new Uint8Array(3);

/** Somebody replies: `true` when the reply waits. Each takes so many milliseconds. */
function reply(name: string, milliseconds = 0): boolean {
  const waits = batch.wants();
  if (waits) batch.add({ sendReply: () => sent.push(name) }, bytes);
  now += milliseconds;
  if (batch.isFull) batch.sendFull();
  return waits;
}

/** A turn with so many replies; returns how many of them were sent when the last had come. */
function turn(replies: number, milliseconds = 0): number {
  sent = [];
  for (let i = 0; i < replies; i++) reply(String(i), milliseconds);
  const before = sent.length;
  batch.endTurn();
  return before;
}

test("replies wait for each other until the turn ends, and leave in the order in which they came", () => {
  turn(64);
  expect(turn(20)).toBe(0);
  expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  expect(batch.length).toBe(0);
});

test("batches begin with two and become twice as long each time that they fill, up to 32", () => {
  const sizes: number[] = [];
  for (let i = 0, last = 0; i < 200; i++) {
    reply(String(i));
    if (sent.length > last) sizes.push(sent.length - last);
    last = sent.length;
  }
  expect(sizes).toEqual([2, 4, 8, 16, 32, 32, 32, 32, 32]);
});

test("after a turn with fewer than four, 64 leave at once, and it is tried again with two", () => {
  turn(100);
  expect(turn(3)).toBe(0);
  for (let i = 0; i < 64; i++) expect(reply("alone")).toBe(false);
  expect(reply("tried")).toBe(true);
  expect(reply("tried")).toBe(true);
  expect(batch.length).toBe(0);
});

test("a batch that took more than a millisecond to fill is the last for 64 replies", () => {
  turn(100);
  expect(turn(40, 0.05)).toBe(32);
  expect(reply("alone")).toBe(false);
});

test("so is a turn whose replies waited that long", () => {
  turn(100);
  turn(10, 0.2);
  expect(reply("alone")).toBe(false);
});

test("handlers that are quick enough keep it up", () => {
  turn(100);
  for (let i = 0; i < 10; i++) turn(20, 0.04);
  expect(reply("one of many")).toBe(true);
});

test("a turn without replies changes nothing", () => {
  turn(100);
  batch.endTurn();
  batch.endTurn();
  expect(reply("one of many")).toBe(true);
});

test("it tells whose bytes wait", () => {
  const one = { sendReply: () => {} };
  const other = { sendReply: () => {} };
  batch.add(one, bytes);
  expect([batch.bytesOf(one), batch.bytesOf(other)]).toEqual([3, 0]);
  batch.send();
  expect(batch.bytesOf(one)).toBe(0);
});
