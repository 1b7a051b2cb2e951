import { type Expectation, surpriseOf } from "../report/expectation.ts";
import type { SuiteResult } from "../report/suite-result.ts";
import type { CommonOptions } from "./program.ts";
import { jsonOf, junitOf } from "./reporters.ts";
import { summaryOf } from "./terminal.ts";

/** Writes the result to the terminal and gives the exit code: 1 when something is not as expected. */
export function finish(
  result: SuiteResult,
  options: {
    readonly expectation: Expectation;
    readonly reporter: CommonOptions["reporter"];
    readonly report: string | undefined;
  },
): number {
  const { expectation, reporter, report } = options;
  if (reporter === "json") process.stdout.write(jsonOf(result));
  else if (reporter === "junit") process.stdout.write(junitOf(result, expectation));
  else process.stdout.write(summaryOf(result, report));
  const surprises = [...result.agents].flatMap(([agent, cases]) =>
    [...cases].flatMap(([id, one]) => {
      const surprise = surpriseOf(id, one, expectation);
      return surprise === undefined ? [] : [`${agent} ${id}: ${surprise}`];
    }),
  );
  if (surprises.length > 0) {
    process.stderr.write(`exws-autobahn: ${surprises.length} not as expected\n`);
    for (const surprise of surprises.slice(0, 20)) process.stderr.write(`  ${surprise}\n`);
  }
  return surprises.length === 0 && result.agents.size > 0 ? 0 : 1;
}
