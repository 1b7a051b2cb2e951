import { expect, test } from "vitest";
import { resolveCluster } from "./options.ts";

test.each<[string, object | null, ErrorConstructor]>([
  ["heartbeat", { heartbeat: Number.NaN }, RangeError],
  ["heartbeat", { heartbeat: 0 }, RangeError],
  ["heartbeat", { heartbeat: "1" }, TypeError],
  ["ttl", { ttl: Number.NaN }, RangeError],
  ["ttl", { ttl: Number.POSITIVE_INFINITY }, RangeError],
  ["ttl", { heartbeat: 100, ttl: 200 }, RangeError],
  ["queryTimeout", { queryTimeout: Number.NaN }, RangeError],
  ["queryTimeout", { queryTimeout: -1 }, RangeError],
  ["queryTimeout", { queryTimeout: 2 ** 31 }, RangeError],
])("%s: %j is a wrong one", (name, options, kind) => {
  expect(() => resolveCluster(options as never)).toThrow(kind);
  expect(() => resolveCluster(options as never)).toThrow(`cluster: ${name}`);
});
