import { expect, test } from "vitest";
import { type PermessageDeflateOptions, resolveOptions } from "./options.ts";

test("the defaults cost no memory per connection", () => {
  const { allows, ...options } = resolveOptions({});
  expect(options).toEqual({
    level: 3,
    memLevel: 8,
    threshold: 1_024,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
    serverContextTakeover: false,
    clientContextTakeover: false,
    maxInflatedRatio: Number.POSITIVE_INFINITY,
    maxJobs: 4,
    maxJobBytes: 16_777_216,
  });
  expect(allows({} as never)).toBe(true);
});

test("an option that is undefined has its default", () => {
  expect(resolveOptions({ level: undefined } as unknown as PermessageDeflateOptions).level).toBe(3);
});

test.each<[keyof PermessageDeflateOptions, readonly unknown[], readonly unknown[]]>([
  ["level", [1, 9], [0, 10, -1, 1.5, Number.NaN]],
  ["memLevel", [1, 9], [0, 10, 2.5]],
  ["threshold", [0, 1, Number.MAX_SAFE_INTEGER], [-1, 0.5, Number.POSITIVE_INFINITY]],
  ["serverMaxWindowBits", [9, 15], [8, 16, 9.5]],
  ["clientMaxWindowBits", [9, 15], [8, 16, 9.5]],
  ["maxInflatedRatio", [1, 25.5, Number.POSITIVE_INFINITY], [0.9, 0, -1, Number.NaN]],
  ["maxJobs", [1, 1_000], [0, -1, 1.5, Number.POSITIVE_INFINITY]],
  ["maxJobBytes", [1, 1e9], [0, -1, 1.5, Number.POSITIVE_INFINITY]],
])("%s takes %j and not %j, and says so", (name, good, bad) => {
  for (const value of good) expect(resolveOptions({ [name]: value })[name]).toBe(value);
  for (const value of bad) {
    expect(() => resolveOptions({ [name]: value })).toThrow(RangeError);
    expect(() => resolveOptions({ [name]: value })).toThrow(name);
  }
  for (const value of ["9", null, {}, 9n]) {
    expect(() => resolveOptions({ [name]: value } as never)).toThrow(TypeError);
    expect(() => resolveOptions({ [name]: value } as never)).toThrow(name);
  }
});

test.each(["serverContextTakeover", "clientContextTakeover"])("%s is true or false", (name) => {
  expect(resolveOptions({ [name]: true })).toMatchObject({ [name]: true });
  expect(() => resolveOptions({ [name]: 1 } as never)).toThrow(new TypeError(`${name} must be a boolean`));
});

test("allows is a function", () => {
  expect(() => resolveOptions({ allows: true } as never)).toThrow(new TypeError("allows must be a function"));
});

test.each([null, 5, "level"])("%j is no options", (options) => {
  expect(() => resolveOptions(options as never)).toThrow(new TypeError("options must be an object"));
});

test("an option that there is not is named", () => {
  expect(() => resolveOptions({ treshold: 1 } as never)).toThrow(new TypeError("treshold is not an option"));
  expect(() => resolveOptions({ constructor: 1 } as never)).toThrow(TypeError);
});
