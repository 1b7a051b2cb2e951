import { expect, test } from "vitest";
import type { Said } from "../protocol/from-server.ts";
import { Timeline } from "./timeline.ts";

function said(offset: number, options: { epoch?: string; id?: string } = {}): Said {
  const { epoch = "e", id = `${epoch}${offset}` } = options;
  const person = { id: "p", nick: "Paul", colour: 0 };
  return { type: "said", room: "a", id, person, text: id, at: offset, position: { epoch, offset } };
}

function timelineOf(...messages: Said[]): Timeline {
  const timeline = new Timeline();
  for (const message of messages) timeline.add(message);
  return timeline;
}

const ids = (timeline: Timeline): string[] => timeline.messages.map(({ id }) => id);
const dividers = (timeline: Timeline): (string | undefined)[] =>
  Array.from({ length: timeline.messages.length + 1 }, (_, index) => timeline.before(index));

test("messages that follow one another have nothing between them; the first of all is the start", () => {
  const timeline = timelineOf(said(1), said(2), said(3));
  expect(dividers(timeline)).toEqual(["start", undefined, undefined, undefined]);
  expect(timeline.position).toEqual({ epoch: "e", offset: 3 });
});

test("a message that comes again is shown once", () => {
  const timeline = timelineOf(said(1), said(2));
  expect(timeline.add(said(1))).toBe(false);
  expect(ids(timeline)).toEqual(["e1", "e2"]);
});

test("a message that was sent twice is shown once, and leaves no gap where its second place is", () => {
  const timeline = timelineOf(said(1, { id: "x" }), said(2, { id: "x" }), said(3), said(4, { id: "x" }));
  expect(ids(timeline)).toEqual(["x", "e3"]);
  expect(dividers(timeline)).toEqual(["start", undefined, undefined]);
});

test("the same id of another person is another message", () => {
  const other = { ...said(2, { id: "x" }), person: { id: "q", nick: "Chani", colour: 1 } };
  expect(timelineOf(said(1, { id: "x" }), other).messages).toHaveLength(2);
});

test("where a number is missing there is a gap, and it closes when the message comes after all", () => {
  const timeline = timelineOf(said(1), said(3));
  expect(dividers(timeline)).toEqual(["start", "gap", undefined]);
  timeline.add(said(2));
  expect(ids(timeline)).toEqual(["e1", "e2", "e3"]);
  expect(dividers(timeline)).toEqual(["start", undefined, undefined, undefined]);
  expect(timeline.position).toEqual({ epoch: "e", offset: 3 });
});

test("another epoch is another history: what came before is kept, with a gap behind it", () => {
  const timeline = timelineOf(said(1), said(2), said(1, { epoch: "f" }), said(2, { epoch: "f" }));
  expect(ids(timeline)).toEqual(["e1", "e2", "f1", "f2"]);
  expect(dividers(timeline)).toEqual(["start", undefined, "gap", undefined, undefined]);
  expect(timeline.position).toEqual({ epoch: "f", offset: 2 });
});

test("a history that comes back goes on at the end, and is loaded anew without repetitions", () => {
  const local = said(1, { epoch: "local" });
  const timeline = timelineOf(said(1), said(2), local, said(3));
  expect(ids(timeline)).toEqual(["e1", "e2", "local1", "e3"]);
  for (const offset of [1, 2, 3]) timeline.add(said(offset));
  expect(ids(timeline)).toEqual(["e1", "e2", "local1", "e3"]);
});

test("a room that is further than its last message has a gap at the end; one that has forgotten all has older messages", () => {
  const timeline = timelineOf(said(1));
  timeline.advance({ epoch: "e", offset: 3 });
  expect(dividers(timeline)).toEqual(["start", "gap"]);
  const empty = new Timeline();
  expect(dividers(empty)).toEqual([undefined]);
  empty.advance({ epoch: "e", offset: 0 });
  expect(dividers(empty)).toEqual(["start"]);
  empty.advance({ epoch: "e", offset: 9 });
  expect(dividers(empty)).toEqual(["older"]);
});

test("a position does not go back within its history", () => {
  const timeline = timelineOf(said(5));
  timeline.advance({ epoch: "e", offset: 2 });
  expect(timeline.position).toEqual({ epoch: "e", offset: 5 });
});

test("the newest 500 are kept", () => {
  const timeline = new Timeline();
  for (let offset = 1; offset <= 600; offset++) timeline.add(said(offset));
  expect(timeline.messages).toHaveLength(500);
  expect(timeline.messages[0]?.position.offset).toBe(101);
  expect(timeline.before(0)).toBe("older");
});
