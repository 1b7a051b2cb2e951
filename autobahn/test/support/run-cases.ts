import { catalogue } from "../../src/catalogue/catalogue.ts";
import { selectCases } from "../../src/catalogue/patterns.ts";
import { compareIds } from "../../src/catalogue/section-titles.ts";
import type { CaseResult } from "../../src/tester/case-result.ts";
import { CorpusCache } from "../../src/tester/corpus-cache.ts";
import { defaultOptions } from "../../src/tester/protocol-options.ts";
import { runSchedule } from "../../src/tester/schedule.ts";
import { testServer } from "../../src/tester/test-server.ts";
import type { Cutter } from "../../src/wire/cutter.ts";

const cache = new CorpusCache();

/** Runs the cases that the patterns mean against a server, many at the same time; the results in the suite's order. */
export async function runCases(
  url: URL,
  patterns: readonly string[],
  concurrency: number = 24,
  cutterOf: (index: number) => Cutter | undefined = () => undefined,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const target = { url, protocols: [], options: defaultOptions };
  const tasks = selectCases(catalogue, patterns).map((one) => ({ case: one, run: 1 }));
  await runSchedule(tasks, { light: concurrency, heavy: 4 }, async ({ case: one, run }) => {
    results.push(await testServer(one, target, { quick: true, cache, run, cutter: cutterOf(one.index) }));
  });
  return results.toSorted((a, b) => compareIds(a.case.id, b.case.id));
}

/** How often each pair of verdicts came. */
export function countVerdicts(results: readonly CaseResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { behavior, behaviorClose } of results) {
    const pair = `${behavior} / ${behaviorClose}`;
    counts[pair] = (counts[pair] ?? 0) + 1;
  }
  return counts;
}

/** The cases that a reader of the report would call bad, each with its verdicts. */
export function redCases(results: readonly CaseResult[]): Record<string, string[]> {
  const red: Record<string, string[]> = {};
  for (const { behavior, behaviorClose, case: one } of results) {
    const good = behavior === "OK" || behavior === "INFORMATIONAL";
    if (good && (behaviorClose === "OK" || behaviorClose === "INFORMATIONAL")) continue;
    const pair = `${behavior} / ${behaviorClose}`;
    red[pair] ??= [];
    red[pair].push(one.id);
  }
  return red;
}
