import type { Case } from "./case.ts";

/**
 * Whether a pattern means this id, by the genuine suite's rules: without an asterisk it is the id itself; with one, `*`
 * is any row of characters, and the pattern has to match from the start of the id but not to its end, so that `1*` means
 * 1.x, 10.x, 12.x and 13.x.
 */
export function matchesId(pattern: string, id: string): boolean {
  return pattern.includes("*") ? expressionOf(pattern, false).test(id) : pattern === id;
}

/** Whether a pattern of `exclude-agent-cases` means this text: from its start to its end. */
export function matchesWhole(pattern: string, text: string): boolean {
  return expressionOf(pattern, true).test(text);
}

/** What is wrong with a pattern; `undefined` when nothing is. `ids` are all ids there are. */
export function faultOfPattern(pattern: string, ids: ReadonlySet<string>): string | undefined {
  if (!pattern.includes("*")) return ids.has(pattern) ? undefined : `there is no case ${pattern}`;
  try {
    expressionOf(pattern, false);
    return undefined;
  } catch {
    return `${pattern} is no pattern`;
  }
}

/** The cases that some pattern means and none of `excluded` does, in the suite's order. */
export function selectCases(
  cases: readonly Case[],
  patterns: readonly string[],
  excluded: readonly string[] = [],
): Case[] {
  return cases.filter(
    ({ id }) =>
      patterns.some((pattern) => matchesId(pattern, id)) &&
      !excluded.some((pattern) => matchesId(pattern, id)),
  );
}

/** As in the genuine suite, other characters of regular expressions mean there what they mean everywhere. */
function expressionOf(pattern: string, whole: boolean): RegExp {
  const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*");
  return new RegExp(`^(?:${source})${whole ? "$" : ""}`);
}
