import { describe, expect, expectTypeOf, test } from "vitest";
import type { Connection } from "./connection.ts";
import { checkHandler, defineHandler, type Handler } from "./handler.ts";

const callbacks = ["init", "handshake", "open", "message", "ping", "pong", "drained", "closed", "encode"];

test("defineHandler returns the very handler, with the state that init makes", () => {
  const handler = {
    init: () => ({ name: "anonymous" }),
    message(connection: Connection<{ name: string }>) {
      expectTypeOf(connection.state.name).toEqualTypeOf<string>();
    },
  };
  expect(defineHandler(handler)).toBe(handler);
  expectTypeOf(defineHandler(handler)).toEqualTypeOf<Handler<{ name: string }>>();
});

describe("what is a handler", () => {
  test("one with message, or with raw, and any of the others", () => {
    expect(() => checkHandler({ message() {} })).not.toThrow();
    expect(() => checkHandler({ raw() {} })).not.toThrow();
    expect(() => checkHandler(Object.fromEntries(callbacks.map((name) => [name, () => {}])))).not.toThrow();
    expect(() => checkHandler({ message() {}, open: undefined, somethingElse: 1 })).not.toThrow();
  });

  test("callbacks may come from a class", () => {
    class Echo {
      message(): void {}
    }
    expect(() => checkHandler(new Echo())).not.toThrow();
  });

  test.each([undefined, null, 1, "handler", () => {}])("not %s", (value) => {
    expect(() => checkHandler(value)).toThrow(new TypeError("handler must be an object"));
  });

  test("not one with both message and raw, nor with neither", () => {
    const complaint = new TypeError("handler must have one of message and raw");
    expect(() => checkHandler({})).toThrow(complaint);
    expect(() => checkHandler({ message() {}, raw() {} })).toThrow(complaint);
  });

  test.each([...callbacks, "raw"])("not one whose %s is no function: a TypeError that names it", (name) => {
    for (const wrong of [null, 1, "f", {}, true]) {
      const error = new TypeError(`handler.${name} must be a function`);
      expect(() => checkHandler({ message() {}, [name]: wrong })).toThrow(error);
    }
  });
});
