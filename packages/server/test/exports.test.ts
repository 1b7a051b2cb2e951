import * as server from "@exws/server";
import { expect, test } from "vitest";

test("the public surface is this, and no more", () => {
  expect(Object.keys(server).sort()).toMatchInlineSnapshot(`
    [
      "CloseCode",
      "PreparedMessage",
      "accept",
      "attach",
      "binary",
      "close",
      "createServer",
      "defaultLimits",
      "defineHandler",
      "ping",
      "pong",
      "reject",
      "serve",
      "text",
      "write",
    ]
  `);
});

test("nothing is on the default export", () => {
  expect("default" in server).toBe(false);
});
