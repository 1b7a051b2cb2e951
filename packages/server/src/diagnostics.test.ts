import { channel } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { diagnostics } from "./diagnostics.ts";

test("the channels are those that anybody can subscribe to by name", () => {
  expect(Object.keys(diagnostics)).toEqual(["open", "reject", "close", "error", "start", "stop", "listen"]);
  for (const name of Object.keys(diagnostics) as (keyof typeof diagnostics)[]) {
    expect(diagnostics[name]).toBe(channel(`exws:${name}`));
    expect(diagnostics[name].hasSubscribers).toBe(false);
  }
});
