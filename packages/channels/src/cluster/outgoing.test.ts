import { expect, test } from "vitest";
import { Outgoing } from "./outgoing.ts";
import { decodeTail } from "./tail.ts";

const told = (outgoing: Outgoing, quiet: number, now: number) =>
  outgoing
    .due(quiet, now)
    .map(({ topic, body }) => [topic, decodeTail(body)?.messages, decodeTail(body)?.presence]);

test("each topic has numbers of its own from 1 on, for messages and for presence, and tells when they began", () => {
  const outgoing = new Outgoing();
  expect(outgoing.next("a", "messages", 10)).toEqual({ round: 1, age: 0, sequence: 1 });
  expect(outgoing.next("a", "messages", 15.7)).toEqual({ round: 1, age: 5, sequence: 2 });
  expect(outgoing.next("a", "presence", 20)).toEqual({ round: 1, age: 10, sequence: 1 });
  expect(outgoing.next("b", "messages", 20)).toEqual({ round: 2, age: 0, sequence: 1 });
});

test("a topic that went quiet tells how far it went, once, until more is said", () => {
  const outgoing = new Outgoing();
  outgoing.next("a", "messages", 0);
  outgoing.next("a", "messages", 10);
  expect(told(outgoing, 100, 50)).toEqual([]);
  expect(told(outgoing, 100, 110)).toEqual([["a", 2, 0]]);
  expect(told(outgoing, 100, 300)).toEqual([]);
  outgoing.next("a", "presence", 300);
  expect(told(outgoing, 100, 400)).toEqual([["a", 2, 1]]);
});

test("a tail that did not arrive is told again; all are when somebody may have missed them", () => {
  const outgoing = new Outgoing();
  outgoing.next("a", "messages", 0);
  outgoing.next("b", "messages", 0);
  outgoing.due(0, 1);
  outgoing.retell("a");
  outgoing.retell("unknown");
  expect(told(outgoing, 0, 2)).toEqual([["a", 1, 0]]);
  outgoing.retellAll();
  expect(told(outgoing, 0, 3)).toEqual([
    ["a", 1, 0],
    ["b", 1, 0],
  ]);
});

test("a topic that is forgotten begins a new round, with a higher number; never before it has told its tail", () => {
  const outgoing = new Outgoing();
  outgoing.next("a", "messages", 0);
  outgoing.expire(1000, 2000);
  expect(outgoing.next("a", "messages", 2000).sequence).toBe(2);
  outgoing.due(0, 2000);
  outgoing.expire(1000, 2999);
  expect(outgoing.next("a", "messages", 2999).sequence).toBe(3);
  outgoing.due(0, 3000);
  outgoing.expire(1000, 4000);
  expect(outgoing.next("a", "messages", 4000)).toEqual({ round: 2, age: 0, sequence: 1 });
});

test("a node remembers 65,536 topics: the oldest of more tells its tail and is forgotten", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i <= 65_536; i++) outgoing.next(`${i}`, "messages", i);
  expect(told(outgoing, 1e9, 70_000)).toEqual([["0", 1, 0]]);
  expect(outgoing.next("1", "messages", 70_000)).toMatchObject({ round: 2, sequence: 2 });
  expect(outgoing.next("0", "messages", 70_000)).toMatchObject({ round: 65_538, sequence: 1 });
});

test("while no tail can be told it remembers twice as many, and no more", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i <= 2 * 65_536; i++) outgoing.next(`${i}`, "messages", i);
  expect(outgoing.next("1", "messages", 200_000)).toMatchObject({ round: 2, sequence: 2 });
  expect(outgoing.next("0", "messages", 200_000)).toMatchObject({ round: 2 * 65_536 + 2, sequence: 1 });
});

test("tails are told at most 2,000 at a time, and the rest next time", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i < 5000; i++) outgoing.next(`${i}`, "messages", 0);
  expect([1, 2, 3, 4].map(() => outgoing.due(0, 10).length)).toEqual([2000, 2000, 1000, 0]);
});
