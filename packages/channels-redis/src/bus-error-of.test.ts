import { BusError } from "@exws/channels";
import { expect, test } from "vitest";
import { busErrorOf } from "./bus-error-of.ts";

test.each([
  ["WRONGPASS invalid username-password pair or user is disabled.", "refused"],
  ["NOAUTH Authentication required.", "refused"],
  ["NOPERM No permissions to access a channel", "refused"],
  ["ERR unknown command 'SPUBLISH', with args beginning with: ", "refused"],
  ["NOPROTO unsupported protocol version", "refused"],
  ["ERR max number of clients reached", "unavailable"],
  ["LOADING Redis is loading the dataset in memory", "unavailable"],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "unavailable"],
  ["CLUSTERDOWN Hash slot not served", "unavailable"],
  ["MOVED 3999 127.0.0.1:6381", "unavailable"],
  ["READONLY You can't write against a read only replica.", "unavailable"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "unavailable"],
  ["MISCONF Redis is configured to save RDB snapshots", "unavailable"],
  ["BUSY Redis is busy running a script.", "unavailable"],
  ["connect ECONNREFUSED 127.0.0.1:6379", "unavailable"],
  ["read ECONNRESET", "unavailable"],
  ["getaddrinfo ENOTFOUND redis.example", "unavailable"],
  ["Connection is closed.", "unavailable"],
  ["Socket closed unexpectedly", "unavailable"],
  ["Stream isn't writeable and enableOfflineQueue options is false", "unavailable"],
])("%s is %s", (message, code) => {
  const cause = new Error(message);
  expect(busErrorOf(cause, "PUBLISH")).toMatchObject({ code, message: `PUBLISH: ${message}`, cause });
});

test("an error that tells of several addresses is told by the first", () => {
  const cause = new AggregateError([new Error("connect ECONNREFUSED ::1:6379")], "");
  expect(busErrorOf(cause, "cannot connect").message).toBe("cannot connect: connect ECONNREFUSED ::1:6379");
});

test("what is no error has a message, too, and a BusError stays one", () => {
  expect(busErrorOf("gone", "PING").message).toBe("PING: gone");
  const error = new BusError("closed", "the bus was closed");
  expect(busErrorOf(error, "PING")).toBe(error);
});
