/** The same as keeping.test.ts where Node does not let us drive handles: its own sockets read for us. */
import { expect, test, vi } from "vitest";
import { Keeper, keepEverything, roomy } from "../support/kept-messages.ts";
import { start } from "../support/start.ts";

vi.mock("../../src/stream-binding.ts", async (original) => ({
  ...(await original<object>()),
  streamBinding: () => undefined,
}));

const seconds = Number(process.env["EXWS_KEEP_SECONDS"] ?? 0);

test("a handler that keeps every message sees none of them change", {
  timeout: 30_000 + seconds * 2_000,
}, async () => {
  const keeper = new Keeper();
  await keepEverything(await start({ ...roomy, handler: keeper.handler }), keeper, 3, seconds);
  expect(keeper.pinned, "memory that a message holds on to beyond its own").toBeLessThanOrEqual(65_536);
});
