import { expect, test } from "vitest";
import { resolveOptions } from "./options.ts";
import { dialerOf, type RedisClient } from "./redis-client.ts";

test("without options everything has a bound", () => {
  expect(resolveOptions()).toEqual({
    prefix: "exws",
    sharded: undefined,
    maxPayload: 4_194_304,
    pending: { count: 10_000, bytes: 16_777_216 },
    heartbeat: { interval: 4000, timeout: 4000 },
  });
});

test.each([
  ["", RangeError],
  ["*", RangeError],
  ["a?", RangeError],
  ["[a]", RangeError],
  ["a b", RangeError],
  ["a\r\nFLUSHALL", RangeError],
  ["a\0", RangeError],
  ["{a}", RangeError],
  ["\\", RangeError],
  ["ä", RangeError],
  ["a".repeat(101), RangeError],
  [7, TypeError],
  [null, TypeError],
])("the prefix %j is refused", (prefix, error) => {
  expect(() => resolveOptions({ prefix: prefix as string })).toThrow(error);
  expect(() => resolveOptions({ prefix: prefix as string })).toThrow(/^redisBus: prefix/);
});

test.each(["exws", "tenant:7", "a.b/c@d_e-F", "a".repeat(100)])("the prefix %j is taken", (prefix) => {
  expect(resolveOptions({ prefix }).prefix).toBe(prefix);
});

test.each([
  [{ colour: 1 }, TypeError, "colour is not an option"],
  [{ sharded: "yes" }, TypeError, "sharded"],
  [{ maxPayload: 0 }, RangeError, "maxPayload"],
  [{ maxPayload: 1e9 }, RangeError, "maxPayload"],
  [{ maxPayload: "1" }, TypeError, "maxPayload"],
  [{ pending: { bytes: 1000 } }, RangeError, "pending.bytes must not be less than maxPayload"],
  [{ pending: { count: 0.5 } }, RangeError, "pending.count"],
  [{ maxPayload: Number.NaN }, RangeError, "maxPayload"],
  [{ pending: { bytes: Number.NaN } }, RangeError, "pending.bytes"],
  [{ heartbeat: { interval: Number.NaN } }, RangeError, "heartbeat.interval"],
  [{ pending: 7 }, TypeError, "pending must be an object"],
  [{ pending: { size: 7 } }, TypeError, "pending.size is not an option"],
  [{ heartbeat: { interval: -1 } }, RangeError, "heartbeat.interval"],
  [{ heartbeat: { timeout: Number.POSITIVE_INFINITY } }, RangeError, "heartbeat.timeout"],
  [{ heartbeat: null }, TypeError, "heartbeat must be an object"],
  [null, TypeError, "options must be an object"],
])("%j is refused", (options, error, message) => {
  expect(() => resolveOptions(options as never)).toThrow(error);
  expect(() => resolveOptions(options as never)).toThrow(message);
});

test.each([
  undefined,
  null,
  "redis://127.0.0.1",
  {},
  { duplicate() {} },
  { isCluster: false },
  // A pool or a sentinel of node-redis: nothing that has one connection to be like.
  { duplicate() {}, isOpen: true, sendCommand() {} },
])("%j is no client", (client) => {
  expect(() => dialerOf(client as unknown as RedisClient)).toThrow(TypeError);
  expect(() => dialerOf(client as unknown as RedisClient)).toThrow("client must be");
});
