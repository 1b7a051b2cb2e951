import * as channels from "@exws/channels";
import { expect, test } from "vitest";

test("the public surface is this, and no more", () => {
  expect(Object.keys(channels).sort()).toMatchInlineSnapshot(`
    [
      "BusError",
      "Channels",
      "MemoryHub",
      "PreparedMessage",
      "binary",
      "defaultLimits",
      "publisher",
      "text",
    ]
  `);
});

test("nothing is on the default export", () => {
  expect("default" in channels).toBe(false);
});

test("the methods of Channels are these", () => {
  expect(Object.getOwnPropertyNames(channels.Channels.prototype).sort()).toMatchInlineSnapshot(`
    [
      "broadcast",
      "channelsOf",
      "close",
      "cluster",
      "constructor",
      "has",
      "health",
      "ids",
      "join",
      "leave",
      "leaveAll",
      "members",
      "meta",
      "presence",
      "ready",
      "reduce",
      "size",
      "stats",
    ]
  `);
});
