import * as supervise from "@exws/supervise";
import { expect, test } from "vitest";

test("the public surface is this, and no more", () => {
  expect(Object.keys(supervise).sort()).toMatchInlineSnapshot(`
    [
      "SupervisorError",
      "onDrain",
      "ready",
      "supervise",
    ]
  `);
});

test("nothing is on the default export", () => {
  expect("default" in supervise).toBe(false);
});

test("in a process that is no worker, what workers call does nothing", () => {
  let called = false;
  supervise.ready();
  supervise.onDrain(() => {
    called = true;
  });
  expect(called).toBe(false);
  expect(() => supervise.onDrain("now" as never)).toThrow(TypeError);
});
