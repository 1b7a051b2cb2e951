import { afterEach, describe, expect, test, vi } from "vitest";
import { defaultLimits } from "./limits.ts";
import { checkNames, resolveOptions, type ServerOptions } from "./options.ts";

const handler = { message() {} };

function complaint(options: unknown): Error {
  try {
    resolveOptions(options as ServerOptions<unknown>);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("defaults", () => {
  test("same origin, no subprotocol, no extension, slow peers are closed, plain requests are refused", () => {
    const options = resolveOptions({ handler });
    expect(options).toMatchObject({
      handler,
      protocols: [],
      extensions: [],
      onOverflow: "close",
      limits: defaultLimits,
    });
    expect(options.request).toBeUndefined();
    expect(options.origin).toEqual(resolveOptions({ handler, origin: "same" }).origin);
    expect(options.origin).not.toEqual(resolveOptions({ handler, origin: "*" }).origin);
  });

  test("errors of callbacks are written to stderr, never swallowed", () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const error = new Error("of the application");
    resolveOptions({ handler }).onError(error, undefined);
    expect(print).toHaveBeenCalledOnce();
    expect(print.mock.calls[0]).toContain(error);
  });
});

test("what is given is taken", () => {
  const given = {
    handler,
    origin: () => true,
    protocols: ["a", "b"],
    extensions: [{ name: "x-one", negotiate: () => undefined, start: () => undefined as never }],
    onOverflow: "drop-oldest" as const,
    onError() {},
    request: () => ({}),
    limits: { message: 5 },
  };
  expect(resolveOptions(given)).toEqual({ ...given, limits: { ...defaultLimits, message: 5 } });
});

describe("a wrong option is an error that names it", () => {
  const extension = { name: "x-one", negotiate() {}, start() {} };
  test.each<[string, unknown]>([
    ["handler", { handler: undefined }],
    ["handler", { handler: {} }],
    ["origin", { origin: 1 }],
    ["origin", { origin: null }],
    ["origin", { origin: "https://example.com/path" }],
    ["origin", { origin: ["not an origin"] }],
    ["origin", { origin: [1] }],
    ["protocols", { protocols: "chat" }],
    ["protocols", { protocols: { 0: "chat", length: 1 } }],
    ["protocols", { protocols: [1] }],
    ["protocols", { protocols: [""] }],
    ["protocols", { protocols: ["a", "a"] }],
    ["extensions", { extensions: extension }],
    ["extensions", { extensions: [null] }],
    ["extensions", { extensions: ["permessage-deflate"] }],
    ["extensions", { extensions: [{ ...extension, name: undefined }] }],
    ["extensions", { extensions: [{ ...extension, negotiate: undefined }] }],
    ["extensions", { extensions: [{ ...extension, start: undefined }] }],
    ["onOverflow", { onOverflow: "panic" }],
    ["onOverflow", { onOverflow: null }],
    ["onError", { onError: "print" }],
    ["onError", { onError: null }],
    ["request", { request: {} }],
    ["request", { request: null }],
    ["limits", { limits: null }],
    ["limits.message", { limits: { message: 0 } }],
  ])("%s: %j", (name, wrong) => {
    const error = complaint({ handler, ...(wrong as object) });
    expect(error).toSatisfy((thrown) => thrown instanceof TypeError || thrown instanceof RangeError);
    expect(error.message).toContain(name);
  });

  test("a subprotocol is a token (RFC 6455 §4.1)", () => {
    for (const char of '"(),/:;<=>?@[\\]{} \t\r\n\0\x7fé☃') {
      expect(complaint({ handler, protocols: [`a${char}b`] }).message, JSON.stringify(char)).toContain(
        "protocols",
      );
    }
    const all = "!#$%&'*+-.^_`|~09azAZ";
    expect(resolveOptions({ handler, protocols: [all] }).protocols).toEqual([all]);
  });
});

describe("names of options", () => {
  test("an unknown one is a TypeError that names it, and so is what is no object", () => {
    expect(() => checkNames({ handler, limit: {} })).toThrow(new TypeError("limit is not an option"));
    for (const wrong of [undefined, null, 1, "options"]) expect(() => checkNames(wrong)).toThrow(TypeError);
  });

  test("those of one way to make a server are none of another", () => {
    expect(() => checkNames({ handler, port: 1 })).toThrow(/port/);
    expect(() => checkNames({ handler, port: 1 }, ["port"])).not.toThrow();
  });

  test("all of a server's are known", () => {
    const all: Record<keyof ServerOptions<undefined>, 1> = {
      handler: 1,
      origin: 1,
      protocols: 1,
      extensions: 1,
      onOverflow: 1,
      onError: 1,
      request: 1,
      limits: 1,
    };
    expect(() => checkNames(all)).not.toThrow();
  });
});
