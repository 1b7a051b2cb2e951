import { expect, test } from "vitest";
import { partsOf } from "./link-parts.ts";

/** The addresses that are found in a text, as shown. */
const links = (text: string): string[] =>
  partsOf(text).flatMap(({ text: shown, href }) => (href === undefined ? [] : shown));

test.each([
  ["see https://example.com", ["https://example.com"]],
  ["(http://a.example/x_(y)).", ["http://a.example/x_(y)"]],
  ["https://a.example/?q=1&r=[2], then", ["https://a.example/?q=1&r=[2]"]],
  ["two: http://a.example http://b.example!", ["http://a.example", "http://b.example"]],
  ["HTTPS://A.EXAMPLE/", ["HTTPS://A.EXAMPLE/"]],
  ['<a href="http://a.example">x</a>', ["http://a.example"]],
  ["javascript:alert(1)", []],
  ["data:text/html,x file:///etc ftp://a", []],
  ["https://paypal.example@evil.example/", []],
  ["http://", []],
  ["xhttps://a.example", []],
  ["nothing here", []],
])("%s", (text, expected) => {
  expect(links(text)).toEqual(expected);
  expect(
    partsOf(text)
      .map(({ text: part }) => part)
      .join(""),
  ).toBe(text);
});

test("a text of nothing but openings takes no time to speak of", () => {
  const text = `http://${"(".repeat(2_000)}${")".repeat(2_000)}`;
  const start = performance.now();
  partsOf(text);
  expect(performance.now() - start).toBeLessThan(200);
});
