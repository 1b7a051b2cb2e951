import { expect, test } from "vitest";
import { catalogue, findCase } from "../src/catalogue/catalogue.ts";
import { matchesId, matchesWhole, selectCases } from "../src/catalogue/patterns.ts";
import { sectionOf, sectionTitles, subsectionOf } from "../src/catalogue/section-titles.ts";
import digests from "./catalogue-digests.json" with { type: "json" };
import { canonicalOf, digestOf } from "./support/canonical.ts";

test("the catalogue has the 517 cases of the genuine suite, in its order", () => {
  expect(catalogue.map(({ id }) => id)).toEqual(Object.keys(digests));
  expect(catalogue.map(({ index }) => index)).toEqual(Array.from({ length: 517 }, (_, n) => n + 1));
});

test("each case sends, waits for and expects what the genuine one does", () => {
  const ours = Object.fromEntries(catalogue.map((one) => [one.id, digestOf(canonicalOf(one))]));
  expect(ours).toEqual(digests);
});

test("a digest changes with every line of a case", () => {
  const lines = canonicalOf(findCase("5.19")!);
  for (const [n, line] of lines.entries()) {
    expect(digestOf(lines.with(n, `${line} `))).not.toBe(digests["5.19"]);
  }
});

test("every case says in words what it does, what is expected, and where that is written", () => {
  for (const { summary, expectation, section } of catalogue) {
    expect(summary).toMatch(/^[A-Z0-9].+\.$/);
    expect(expectation).toMatch(/^[A-Z0-9].+\.$/);
    expect(section).toMatch(/^RFC \d+ §/);
  }
});

test("every section and subsection has a title", () => {
  for (const { id } of catalogue) {
    expect(sectionTitles[sectionOf(id)]).toBeDefined();
    expect(sectionTitles[subsectionOf(id)]).toBeDefined();
  }
});

// Found with the genuine suite's own resolver.
test.each([
  [["*"], [], 517],
  [["1*"], [], 233],
  [["*.1"], [], 273],
  [["1.1*"], [], 8],
  [["6.2.*"], [], 4],
  [["*"], ["9.*", "12.*", "13.*"], 247],
  [["5.19"], [], 1],
  [["5.1"], [], 1],
  [["7.1.6", "1.1.1", "7.1.6"], [], 2],
])("the patterns %j without %j mean %i cases", (patterns, excluded, count) => {
  expect(selectCases(catalogue, patterns, excluded)).toHaveLength(count);
});

test("a dot in a pattern is a dot, other characters are those of regular expressions", () => {
  expect(matchesId("1.1*", "1.1.1")).toBe(true);
  expect(matchesId("1.1*", "10.1.1")).toBe(false);
  expect(matchesId("[12].*", "2.10")).toBe(true);
});

test("patterns of agents match from start to end", () => {
  expect(matchesWhole("ws*", "ws-8")).toBe(true);
  expect(matchesWhole("ws", "ws-8")).toBe(false);
  expect(matchesWhole("6.4.*", "6.4.1")).toBe(true);
  expect(matchesWhole("6", "6.4.1")).toBe(false);
});
