import { describe, expect, test } from "vitest";
import { checkOrigin, type OriginTarget } from "./check-origin.ts";
import { type OriginRule, parseOriginRule } from "./origin-rule.ts";

const tls: OriginTarget = { host: "app.example.com", secure: true };
const plain: OriginTarget = { host: "app.example.com", secure: false };

/** Asks with the rule as written and as read up front, which must agree. */
function allows(origin: string | undefined, rule: OriginRule, target: OriginTarget = tls): boolean {
  const answer = checkOrigin(origin, rule, target);
  expect(checkOrigin(origin, parseOriginRule(rule), target)).toBe(answer);
  return answer;
}

test("no Origin is allowed by every rule: a browser always sends one", () => {
  for (const rule of ["same", "*", [], () => false] as const) expect(allows(undefined, rule)).toBe(true);
});

describe("same", () => {
  test.each([
    ["https://app.example.com", "app.example.com"],
    ["HTTPS://APP.EXAMPLE:443", "app.example"],
    ["https://app.example", "App.Example:443"],
    ["https://app.example:8443", "app.example:8443"],
    ["https://[2001:db8::1]", "[2001:DB8::1]"],
  ])("%s may connect to %s over TLS", (origin, host) => {
    expect(allows(origin, "same", { host, secure: true })).toBe(true);
  });

  test.each([
    ["https://app.example.evil.com", "app.example"],
    ["https://evil-app.example", "app.example"],
    ["https://evil.app.example", "app.example"],
    ["https://app.example:8443", "app.example"],
    ["https://app.example", "app.example:8443"],
    ["https://app.example.", "app.example"],
    ["https://app.example.", "app.example."],
    ["https://app.example", "app.example."],
    ["https://user@app.example", "app.example"],
    ["https://app.example/", "app.example"],
    ["https://app.example, https://app.example", "app.example"],
    ["http://app.example", "app.example"],
    ["http://app.example:443", "app.example"],
    ["wss://app.example", "app.example"],
    ["null", "app.example"],
    ["null", "null"],
    ["", "app.example"],
    [`https://app.example${"a".repeat(10_000)}`, "app.example"],
    ["https://app.example", "not a host"],
    ["https://b\xfccher.example", "b\xfccher.example"],
  ])("%s may not connect to %s over TLS", (origin, host) => {
    expect(allows(origin, "same", { host, secure: true })).toBe(false);
  });

  test("without TLS here, a page of http or https may connect: a proxy may have ended the TLS", () => {
    expect(allows("http://app.example.com", "same", plain)).toBe(true);
    expect(allows("https://app.example.com", "same", plain)).toBe(true);
    expect(allows("ws://app.example.com", "same", plain)).toBe(false);
    expect(allows("chrome-extension://app.example.com", "same", plain)).toBe(false);
  });

  test("the default port is that of the page's scheme", () => {
    expect(allows("https://app.example.com:443", "same", plain)).toBe(true);
    expect(allows("https://app.example.com:80", "same", plain)).toBe(false);
    expect(allows("http://app.example.com", "same", { host: "app.example.com:443", secure: false })).toBe(
      false,
    );
  });
});

test("* allows everything, null and malformed too", () => {
  for (const origin of ["https://evil.example", "null", "", "\xff"]) expect(allows(origin, "*")).toBe(true);
});

test("a function gets the origin as sent, and only true allows", () => {
  const asked: string[] = [];
  const rule = (origin: string) => {
    asked.push(origin);
    return origin === "null";
  };
  expect(checkOrigin("null", rule, tls)).toBe(true);
  expect(checkOrigin("HTTPS://A", rule, tls)).toBe(false);
  expect(asked).toEqual(["null", "HTTPS://A"]);
  expect(checkOrigin("null", (() => Promise.resolve(false)) as unknown as OriginRule, tls)).toBe(false);
});

describe("a list", () => {
  const rule = [
    "https://app.example.com",
    "http://localhost:3000",
    "https://*.example.org",
    "tauri://localhost",
  ];

  test.each([
    "https://app.example.com",
    "HTTPS://APP.example.com:443",
    "http://localhost:3000",
    "https://a.example.org",
    "https://a.b.example.org",
    "https://A.EXAMPLE.ORG:443",
    "tauri://localhost",
  ])("%s is on it", (origin) => {
    expect(allows(origin, rule)).toBe(true);
  });

  test.each([
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.",
    "https://app.example.com.evil.example",
    "https://user@app.example.com",
    "http://localhost",
    "https://example.org",
    "https://evilexample.org",
    "https://.example.org",
    "https://a.example.org:8443",
    "http://a.example.org",
    "https://a.example.org.evil.example",
    "https://*.example.org",
    "tauri://other",
    "null",
    "https://__proto__",
    "constructor",
    "",
  ])("%s is not", (origin) => {
    expect(allows(origin, rule)).toBe(false);
  });

  test("null is allowed when the list names it", () => {
    expect(allows("null", ["null"])).toBe(true);
    expect(allows("https://a", ["null"])).toBe(false);
  });

  test("an empty list allows no page", () => {
    expect(allows("https://app.example.com", [])).toBe(false);
  });
});
