import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { defaultLimits, type Limits, resolveLimits } from "./limits.ts";

const off = Number.POSITIVE_INFINITY;
const amounts = Object.keys(defaultLimits).filter((name) => name !== "controlFrames" && name !== "messages");

/** What a wrong limit is told; `limits` are given as an application without types would. */
function complaint(limits: unknown): Error {
  try {
    resolveLimits(limits as Partial<Limits>);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("the defaults are those of reliability.md §1", () => {
  expect(resolveLimits()).toEqual({
    // 1a: opening handshake and HTTP
    handshakeTimeout: 10_000,
    requestLine: 8 * 1_024,
    headerBytes: 16 * 1_024,
    headerCount: 100,
    handshakes: 1_024,
    // 1b: frames and messages
    message: 1_024 * 1_024,
    fragments: 4_096,
    messageTimeout: 60_000,
    pongs: 16,
    controlFrames: { perSecond: 100, burst: 200 },
    messages: { perSecond: off, burst: off },
    inboxMessages: 16,
    inboxBytes: 256 * 1_024,
    // 1c: liveness, back-pressure, close
    pingInterval: 25_000,
    pingTimeout: 20_000,
    idleTimeout: off,
    lifetime: off,
    closeTimeout: 10_000,
    lingerTimeout: 2_000,
    softBuffer: 64 * 1_024,
    hardBuffer: 1_024 * 1_024,
    stallTimeout: 30_000,
    // 1e: process
    connections: Math.floor(Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) * 0.9),
  });
});

test("a limit that is not given, or given as undefined, is the default; the others are as given", () => {
  const limits = resolveLimits({ message: 5, pongs: undefined } as never);
  expect(limits).toEqual({ ...defaultLimits, message: 5 });
  expect(resolveLimits({})).toEqual(defaultLimits);
  expect(resolveLimits(undefined)).toEqual(defaultLimits);
});

test("the defaults stay as they are, whoever changes a copy", () => {
  const limits = resolveLimits() as { message: number };
  limits.message = 1;
  expect(defaultLimits.message).toBe(1_048_576);
});

describe.each(amounts)("limits.%s", (name) => {
  test.each([1, 2 ** 53 - 1, off])("may be %d", (value) => {
    expect(resolveLimits({ [name]: value })).toEqual({ ...defaultLimits, [name]: value });
  });

  test.each([0, -1, 1.5, 2 ** 53, Number.NEGATIVE_INFINITY])(
    "may not be %d: a RangeError that names it",
    (value) => {
      const error = complaint({ [name]: value });
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toMatch(new RegExp(`^limits\\.${name} `));
    },
  );

  test.each([null, "1", Number.NaN, true, {}, [], 1n, () => 1])(
    "may not be %s: a TypeError that names it",
    (value) => {
      const error = complaint({ [name]: value });
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(new RegExp(`^limits\\.${name} `));
    },
  );
});

describe.each(["controlFrames", "messages"] as const)("limits.%s", (name) => {
  test("is a rate; the burst is as large as the rate unless given", () => {
    expect(resolveLimits({ [name]: { perSecond: 5, burst: 7 } })[name]).toEqual({ perSecond: 5, burst: 7 });
    expect(resolveLimits({ [name]: { perSecond: 5 } } as never)[name]).toEqual({ perSecond: 5, burst: 5 });
    expect(resolveLimits({ [name]: { perSecond: off, burst: off } })[name].burst).toBe(off);
  });

  test.each([null, 100, "100", true, () => {}])("may not be %s: a TypeError that names it", (value) => {
    const error = complaint({ [name]: value });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`limits.${name}`);
  });

  test.each(["perSecond", "burst"])("%s is checked and named too", (part) => {
    const rate = { perSecond: 1, burst: 1 };
    for (const wrong of ["1", null, Number.NaN]) {
      const error = complaint({ [name]: { ...rate, [part]: wrong } });
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(`limits.${name}.${part}`);
    }
    for (const wrong of [0, -1, 0.5]) {
      const error = complaint({ [name]: { ...rate, [part]: wrong } });
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain(`limits.${name}.${part}`);
    }
  });

  test("has to say how many per second", () => {
    expect(complaint({ [name]: {} }).message).toContain(`limits.${name}.perSecond`);
  });
});

describe("limits as such", () => {
  test.each([null, 1, "limits", true])("may not be %s", (value) => {
    const error = complaint(value);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("limits");
  });

  test.each(["mesage", "Message", "toString", "constructor", "__proto__x"])("has no %s", (name) => {
    const error = complaint({ [name]: 1 });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
  });
});
