import { expect, test } from "vitest";
import { HeaderMap } from "./header-map.ts";

const headers = HeaderMap.fromRaw(["Host", "a", "X-A", " 1\t", "x-b", "", "x-a", "2", "__proto__", "p"]);

test("names are found without regard to case, duplicates are joined in order", () => {
  expect(headers.get("HOST")).toBe("a");
  expect(headers.get("x-A")).toBe("1, 2");
  expect(headers.getAll("X-a")).toEqual(["1", "2"]);
  expect(headers.getAll("x-c")).toEqual([]);
  expect([headers.count("X-a"), headers.count("host"), headers.count("x-c")]).toEqual([2, 1, 0]);
});

test("an empty header is there, a missing one is not", () => {
  expect(headers.get("x-b")).toBe("");
  expect(headers.has("X-B")).toBe(true);
  expect(headers.has("x-\xe9")).toBe(false);
  expect(headers.get("x-c")).toBeUndefined();
  expect(headers.has("x-c")).toBe(false);
});

test("lines are counted and walked over in the order sent", () => {
  const lines = [
    ["host", "a"],
    ["x-a", "1"],
    ["x-b", ""],
    ["x-a", "2"],
    ["__proto__", "p"],
  ];
  expect(headers.size).toBe(5);
  expect([...headers]).toEqual(lines);
  expect([...headers.entries()]).toEqual(lines);
});

test("names of Object.prototype are names like any other", () => {
  expect(headers.get("__proto__")).toBe("p");
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    expect(headers.get(name)).toBeUndefined();
    expect(headers.has(name)).toBe(false);
    expect(headers.getAll(name)).toEqual([]);
  }
});

test.each([
  ["a name without value", ["a"], "in turn"],
  ["an empty name", ["", "b"], "name 0"],
  ["a name that lower-cases to ASCII but is not", ["x", "y", "\u212aey", "b"], "name 1"],
  ["a line break in a value", ["a", "b\r\nc: d"], "value of a"],
  ["a value outside latin1", ["a", "\u010d\u010a"], "value of a"],
])("%s is a TypeError", (_, raw, message) => {
  expect(() => HeaderMap.fromRaw(raw)).toThrow(TypeError);
  expect(() => HeaderMap.fromRaw(raw)).toThrow(message);
});
