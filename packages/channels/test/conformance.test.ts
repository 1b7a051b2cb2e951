import { describe, expect, test } from "vitest";
import { type BusSetup, busCases } from "../src/conformance.ts";
import { MemoryHub } from "../src/index.ts";

function setupOf(hub: MemoryHub): BusSetup {
  return {
    create: (prefix) => hub.bus({ prefix }),
    stop: () => hub.stop(),
    start: () => hub.start(),
    freeze: () => hub.freeze(),
    thaw: () => hub.thaw(),
    cut: () => hub.cut(),
  };
}

describe("the memory bus", () => {
  test.each(busCases)("$name", ({ run }) => run(setupOf(new MemoryHub())));
});

test("every case has a name of its own", () => {
  expect(new Set(busCases.map(({ name }) => name)).size).toBe(busCases.length);
});
