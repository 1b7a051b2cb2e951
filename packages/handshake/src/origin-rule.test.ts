import { expect, test } from "vitest";
import { type OriginRule, parseOriginRule } from "./origin-rule.ts";

test.each([
  "https://example.com/",
  "https://example.com/app",
  "https://user@example.com",
  "https://b\xfccher.example",
  "example.com",
  "*.example.com",
  "*",
  "",
  "https://*",
  "https://*.",
  "https://*.*.example.com",
  "https://a.*.example.com",
  "https://*example.com",
  "https://*.[::1]",
  "*://example.com",
])("the entry %j is a TypeError that names it", (entry) => {
  expect(() => parseOriginRule(["https://example.com", entry])).toThrow(TypeError);
  expect(() => parseOriginRule(["https://example.com", entry])).toThrow(JSON.stringify(entry));
});

test("what is no rule at all is a TypeError", () => {
  for (const rule of ["https://example.com", undefined, null, 7, {}, [7]]) {
    expect(() => parseOriginRule(rule as OriginRule)).toThrow(TypeError);
  }
});

test("good rules are read", () => {
  expect(parseOriginRule("same").type).toBe("same");
  expect(parseOriginRule("*").type).toBe("any");
  expect(parseOriginRule(() => true).type).toBe("function");
  expect(parseOriginRule([]).type).toBe("list");
  expect(parseOriginRule(["null", "https://a:8443", "https://*.a:8443", "tauri://localhost"]).type).toBe(
    "list",
  );
});
