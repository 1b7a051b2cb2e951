import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { natsBus } from "./nats-bus.ts";
import { type NatsBusOptions, resolveOptions } from "./options.ts";

test("the defaults are those of the README", () => {
  expect(resolveOptions()).toEqual({
    prefix: "exws",
    maxPending: 16_777_216,
    pingInterval: 3_000,
    pingTimeout: 5_000,
    log: { storage: "memory", replicas: 1 },
  });
});

test.each<[NatsBusOptions, string, typeof TypeError | typeof RangeError]>([
  [{ prefix: "a b" }, "prefix", TypeError],
  [{ maxPending: 0 }, "maxPending", RangeError],
  [{ maxPending: 1.5 }, "maxPending", RangeError],
  [{ pingInterval: 0 }, "pingInterval", RangeError],
  [{ pingInterval: 60_001 }, "pingInterval", RangeError],
  [{ pingTimeout: Number.NaN }, "pingTimeout", RangeError],
  [{ log: { storage: "disk" as "file" } }, "log.storage", TypeError],
  [{ log: { replicas: 6 } }, "log.replicas", RangeError],
  [{ maxPending: Number.NaN }, "maxPending", RangeError],
  [{ pingInterval: Number.NaN }, "pingInterval", RangeError],
  [{ log: { replicas: Number.NaN } }, "log.replicas", RangeError],
  [{ pingIntervall: 1 } as object, "pingIntervall is not an option", TypeError],
  [{ log: { replica: 3 } as object }, "log.replica is not an option", TypeError],
  [{ log: null as unknown as object }, "log must be an object", TypeError],
  [null as unknown as object, "options must be an object", TypeError],
  [{ log: { replicas: "3" as unknown as number } }, "log.replicas", RangeError],
])("%j is refused, by its name", (options, name, kind) => {
  expect(() => natsBus(connect, {}, options)).toThrow(kind);
  expect(() => natsBus(connect, {}, options)).toThrow(name);
});

test("what is no connect, or are no options of it, is refused", () => {
  expect(() => natsBus({} as typeof connect)).toThrow("connect must be");
  expect(() => natsBus(connect, "nats://127.0.0.1" as unknown as object)).toThrow("connection must be");
});
