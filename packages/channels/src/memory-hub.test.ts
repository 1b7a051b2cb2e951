import { describe, expect, test } from "vitest";
import { MemoryHub } from "./memory-hub.ts";

describe("options of a hub", () => {
  test("Infinity lifts a bound, 0 allows nothing", async () => {
    const [all, nothing] = [Number.POSITIVE_INFINITY, 0].map((maxPayload) =>
      new MemoryHub({ maxPayload, patience: maxPayload }).bus(),
    );
    const receiver = { message() {}, up() {}, down() {} };
    await Promise.all([all!.open(receiver), nothing!.open(receiver)]);
    await all!.publish("t", new Uint8Array(2_000_000));
    await expect(nothing!.publish("t", new Uint8Array(1))).rejects.toMatchObject({ code: "too-large" });
  });

  test.each<[string, object | null, ErrorConstructor]>([
    ["maxPayload", { maxPayload: Number.NaN }, RangeError],
    ["maxPayload", { maxPayload: -1 }, RangeError],
    ["maxPayload", { maxPayload: 1.5 }, RangeError],
    ["maxPayload", { maxPayload: "1" }, TypeError],
    ["patience", { patience: Number.NaN }, RangeError],
    ["patience", { patience: -1 }, RangeError],
    ["patience", { patience: 2 ** 31 }, RangeError],
    ["patience", { patience: "long" }, TypeError],
    ["log", { log: "no" }, TypeError],
    ["size", { size: 1 }, TypeError],
    ["options", null, TypeError],
  ])("%s: %j is a wrong one", (name, options, kind) => {
    expect(() => new MemoryHub(options as never)).toThrow(kind);
    expect(() => new MemoryHub(options as never)).toThrow(name);
  });
});
