import { afterEach, describe, expect, test } from "vitest";
import { clusterBus, relay } from "./index.ts";
import { resolveOptions } from "./options.ts";

afterEach(() => {
  delete process.env["EXWS_BUS"];
});

describe("options of the bus", () => {
  test("none is needed: the relay is the one that the environment names, or the bus is alone", () => {
    expect(resolveOptions({})).toEqual({
      prefix: "exws",
      path: undefined,
      pending: 16_777_216,
      heartbeat: { interval: 3_000, timeout: 5_000 },
    });
    process.env["EXWS_BUS"] = "/run/relay";
    expect(resolveOptions({}).path).toBe("/run/relay");
    expect(resolveOptions({ path: "/run/other" }).path).toBe("/run/other");
  });

  test.each<[string, object, ErrorConstructor]>([
    ["prefix", { prefix: 1 }, TypeError],
    ["prefix", { prefix: "x".repeat(101) }, RangeError],
    ["path", { path: "" }, TypeError],
    ["path", { path: 5 }, TypeError],
    ["pending", { pending: "1" }, TypeError],
    ["pending", { pending: 0 }, RangeError],
    ["heartbeat", { heartbeat: null }, TypeError],
    ["heartbeat.interval", { heartbeat: { interval: 1 } }, RangeError],
    ["heartbeat.timeout", { heartbeat: { timeout: "1" } }, TypeError],
    ["pending", { pending: Number.NaN }, RangeError],
    ["heartbeat.interval", { heartbeat: { interval: Number.NaN } }, RangeError],
    ["heartbeat.timeout", { heartbeat: { timeout: Number.NaN } }, RangeError],
    ["heartbeat.every", { heartbeat: { every: 1 } }, TypeError],
    ["relay", { relay: 1 }, TypeError],
  ])("%s: %j is a wrong one", (name, options, kind) => {
    expect(() => clusterBus(options)).toThrow(kind);
    expect(() => clusterBus(options)).toThrow(name);
  });
});

describe("options of the relay", () => {
  test.each<[string, object, ErrorConstructor]>([
    ["path", { path: "" }, TypeError],
    ["buffer", { buffer: "1" }, TypeError],
    ["buffer", { buffer: -1 }, RangeError],
    ["buffer", { buffer: Number.NaN }, RangeError],
    ["port", { port: 1 }, TypeError],
    ["options", null as never, TypeError],
  ])("%s: %j is a wrong one", async (name, options, kind) => {
    await expect(relay(options)).rejects.toThrow(kind);
    await expect(relay(options)).rejects.toThrow(name);
  });
});
