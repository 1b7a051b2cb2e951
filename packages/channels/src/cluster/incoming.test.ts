import { describe, expect, test } from "vitest";
import type { Envelope } from "./envelope.ts";
import { Incoming } from "./incoming.ts";

const from = (sequence: number, { node = "x", round = 1, age = 1e6 } = {}): Envelope => ({
  kind: "text",
  node,
  round,
  age,
  sequence,
  body: new Uint8Array(0),
});
const note = (incoming: Incoming, now: number, ...envelopes: Envelope[]): number[] =>
  envelopes.map((envelope) => incoming.note(envelope, "messages", now));

test("the first of a node that spoke before we listened is where we begin; holes behind it are counted", () => {
  const incoming = new Incoming();
  incoming.begin(0);
  expect(note(incoming, 5000, from(7), from(8), from(11), from(12))).toEqual([0, 0, 2, 0]);
});

test("what came before is a duplicate: again, or late", () => {
  const incoming = new Incoming();
  expect(note(incoming, 0, from(7), from(7), from(8), from(7), from(1), from(9))).toEqual([
    0, -1, 0, -1, -1, 0,
  ]);
});

test("of a node that began to speak when we already listened nothing before the first is forgotten", () => {
  const incoming = new Incoming();
  incoming.begin(1000);
  expect(note(incoming, 5000, from(4, { age: 3900 }))).toEqual([3]);
});

test("what may have begun before we listened, as far as the time on the way lets us know, is not held to have been lost", () => {
  const incoming = new Incoming();
  incoming.begin(1000);
  expect(note(incoming, 5000, from(4, { age: 3901 }))).toEqual([0]);
  const early = new Incoming();
  expect(note(early, 5000, from(4, { age: 0 }))).toEqual([0]);
});

test("nodes are told apart, and streams", () => {
  const incoming = new Incoming();
  expect(note(incoming, 0, from(5), from(50, { node: "y" }), from(6), from(53, { node: "y" }))).toEqual([
    0, 0, 0, 2,
  ]);
  expect(incoming.note(from(3), "presence", 0)).toBe(0);
  expect(incoming.note(from(5), "presence", 0)).toBe(1);
  expect(note(incoming, 0, from(7))).toEqual([0]);
});

test("a new round begins at 1, behind all that was heard; the one before is over", () => {
  const incoming = new Incoming();
  expect(note(incoming, 0, from(50, { round: 3 }), from(3, { round: 9 }), from(51, { round: 3 }))).toEqual([
    0, 2, -1,
  ]);
});

describe("a tail", () => {
  const tail = (incoming: Incoming, messages: number, presence = 0, round = 1) =>
    incoming.noteTail(from(0, { round }), { messages, presence }, 5000);

  test("tells what is missing at the end, once", () => {
    const incoming = new Incoming();
    note(incoming, 5000, from(3));
    expect(tail(incoming, 3)).toEqual({ messages: 0, presence: 0 });
    expect(tail(incoming, 5)).toEqual({ messages: 2, presence: 0 });
    expect(tail(incoming, 5)).toEqual({ messages: 0, presence: 0 });
    expect(note(incoming, 5000, from(5), from(6))).toEqual([-1, 0]);
  });

  test("that comes late takes nothing back", () => {
    const incoming = new Incoming();
    note(incoming, 5000, from(9));
    expect(tail(incoming, 4)).toEqual({ messages: 0, presence: 0 });
    expect(note(incoming, 5000, from(10))).toEqual([0]);
  });

  test("of a node that began when we listened counts all; of one that did not, nothing", () => {
    const incoming = new Incoming();
    incoming.begin(0);
    expect(incoming.noteTail(from(0, { age: 1000 }), { messages: 4, presence: 2 }, 5000)).toEqual({
      messages: 4,
      presence: 2,
    });
    expect(incoming.noteTail(from(0, { node: "y" }), { messages: 4, presence: 2 }, 5000)).toEqual({
      messages: 0,
      presence: 0,
    });
  });

  test("of an earlier round is no news", () => {
    const incoming = new Incoming();
    note(incoming, 5000, from(1, { round: 2 }));
    expect(tail(incoming, 100)).toEqual({ messages: 0, presence: 0 });
  });
});

test("a node that was not heard for long is forgotten, and what it says then is not held to be lost", () => {
  const incoming = new Incoming();
  incoming.begin(0);
  expect(note(incoming, 1000, from(1, { age: 500 }))).toEqual([0]);
  incoming.expire(1000, 1999);
  expect(note(incoming, 1999, from(3, { age: 1499 }))).toEqual([1]);
  incoming.expire(1000, 3000);
  expect(note(incoming, 3000, from(9, { age: 2500 }))).toEqual([0]);
});

test("1,024 nodes are followed on a topic: of more the one followed longest is forgotten", () => {
  const incoming = new Incoming();
  incoming.begin(0);
  for (let i = 0; i <= 1024; i++) note(incoming, 1000, from(1, { node: `${i}`, age: 100 }));
  expect(note(incoming, 2000, from(5, { node: "1", age: 1100 }), from(5, { node: "0", age: 1100 }))).toEqual([
    3, 0,
  ]);
});
