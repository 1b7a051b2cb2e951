import { sectionOf, sectionTitles } from "../catalogue/section-titles.ts";
import { escapeHtml } from "../report/case-report.ts";
import { type Expectation, surpriseOf } from "../report/expectation.ts";
import type { SuiteResult } from "../report/suite-result.ts";

/** The whole result as JSON: the fields of index.json, and a sentence for each verdict. */
export function jsonOf({ agents, started, duration, notes }: SuiteResult): string {
  const all = Object.fromEntries(
    [...agents].map(([agent, cases]) => [
      agent,
      Object.fromEntries(
        [...cases].map(
          ([id, { behavior, behaviorClose, result, resultClose, duration: time, connection }]) => [
            id,
            {
              behavior,
              behaviorClose,
              duration: time,
              remoteCloseCode: connection.remoteCloseCode,
              result,
              resultClose,
            },
          ],
        ),
      ),
    ]),
  );
  return `${JSON.stringify({ started: started.toISOString(), duration, notes, agents: all }, undefined, 2)}\n`;
}

/** The result as JUnit's XML: a suite for each agent and section; a case fails when it is not as expected. */
export function junitOf({ agents, duration }: SuiteResult, expectation: Expectation): string {
  const suites: string[] = [];
  let tests = 0;
  let failures = 0;
  for (const [agent, cases] of agents) {
    const all = [...cases.values()];
    for (const section of new Set(all.map((one) => sectionOf(one.case.id)))) {
      const results = all.filter((one) => sectionOf(one.case.id) === section);
      let failed = 0;
      const parts = results.map((one) => {
        const surprise = surpriseOf(one.case.id, one, expectation);
        if (surprise !== undefined) failed++;
        const head = `    <testcase classname="${attribute(`${agent}.${section}`)}" name="${attribute(`${one.case.id} ${one.case.summary}`)}" time="${one.duration / 1000}"`;
        if (surprise === undefined) return `${head}/>`;
        return `${head}>\n      <failure message="${attribute(surprise)}">${escapeHtml(`${one.result}\n${one.resultClose}`)}</failure>\n    </testcase>`;
      });
      tests += results.length;
      failures += failed;
      const time = results.reduce((sum, one) => sum + one.duration, 0) / 1000;
      suites.push(
        `  <testsuite name="${attribute(`${agent} ${section} ${sectionTitles[section] ?? ""}`)}" tests="${results.length}" failures="${failed}" time="${time}">\n${parts.join("\n")}\n  </testsuite>`,
      );
    }
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="autobahn" tests="${tests}" failures="${failures}" time="${duration / 1000}">\n${suites.join("\n")}\n</testsuites>\n`;
}

/** XML allows no control characters, not even written as numbers. */
function attribute(text: string): string {
  return escapeHtml(text.replaceAll(/\p{Cc}/gu, " "));
}
