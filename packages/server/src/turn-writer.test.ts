import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outbox } from "./outbox.ts";
import { emptyStats } from "./stats.ts";
import { TurnWriter } from "./turn-writer.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Notes when it is flushed; `then` runs with that. */
function outbox(name: string, log: string[], then: () => void = () => {}): Outbox {
  return {
    flush: () => {
      log.push(name);
      then();
    },
  } as Outbox;
}

test("what was told to flush later is flushed when the turn ends, in order, once", () => {
  const log: string[] = [];
  const writer = new TurnWriter(emptyStats());
  for (const name of ["a", "b"]) writer.flushLater(outbox(name, log));
  expect(vi.getTimerCount(), "one callback for all").toBe(1);
  expect(log).toEqual([]);
  vi.runAllTimers();
  expect(log).toEqual(["a", "b"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what a flush leads to comes in the next turn", () => {
  const log: string[] = [];
  const writer = new TurnWriter(emptyStats());
  const second = outbox("b", log);
  writer.flushLater(outbox("a", log, () => writer.flushLater(second)));
  vi.runOnlyPendingTimers();
  expect(log).toEqual(["a"]);
  expect(vi.getTimerCount()).toBe(1);
  vi.runOnlyPendingTimers();
  expect(log).toEqual(["a", "b"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("counts what goes out, and makes a new buffer when a socket keeps the old one", () => {
  const stats = emptyStats();
  const writer = new TurnWriter(stats);
  writer.count(3);
  writer.count(4);
  expect(stats.bytesSent).toBe(7);
  const { buffer } = writer;
  writer.renew();
  expect(writer.buffer).not.toBe(buffer);
  expect(writer.buffer.buffer, "memory of its own, not of Node's pool").not.toBe(buffer.buffer);
  expect(writer.buffer.length).toBe(buffer.length);
});
