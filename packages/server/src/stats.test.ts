import { expect, test } from "vitest";
import { emptyStats } from "./stats.ts";

test("every counter begins at zero, and belongs to one server", () => {
  const stats = emptyStats();
  expect(Object.keys(stats)).toEqual([
    "connections",
    "handshakes",
    "accepted",
    "rejected",
    "closed",
    "messagesReceived",
    "messagesSent",
    "bytesReceived",
    "bytesSent",
    "dropped",
    "overflows",
    "violations",
    "timeouts",
    "errors",
  ]);
  expect(new Set(Object.values(stats))).toEqual(new Set([0]));
  stats.accepted++;
  expect(emptyStats().accepted).toBe(0);
});
