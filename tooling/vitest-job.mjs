import { readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./run.mjs";
import { dependency, root } from "./setup.mjs";

/**
 * Runs vitest and reads what it counted from its JSON report; what it exits with is only half of the answer, since a
 * run that executed nothing or left tests out is no pass.
 *
 * @param {string} name names the report
 * @param {readonly string[]} args
 * @param {string} [node] the Node executable that vitest and the tests run under: without it, the tools' own
 * @returns {Promise<import("./jobs.mjs").Result>}
 */
export async function vitest(name, args, node = dependency(".bin/node")) {
  const report = join(root, ".cache/test", `${name}.json`);
  rmSync(report, { force: true });
  const { code, output } = await run(
    node,
    [
      dependency("vitest/vitest.mjs"),
      "run",
      ...args,
      // Two jobs run at a time.
      `--maxWorkers=${Math.max(1, Math.floor(availableParallelism() / 2))}`,
      // Real engines, processes and browsers meet a machine that is busy with two jobs: a test that fails has a second try, which the
      // report names. What is broken fails twice.
      "--retry=1",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    // What a test starts as `node` is the same Node.
    {
      cwd: root,
      env: { PATH: `${dirname(node)}:${process.env["PATH"]}`, NO_COLOR: "1", FORCE_COLOR: undefined },
    },
  );
  let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  try {
    counts = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { passed: 0, failed: 1, output: `${output}\nvitest wrote no report` };
  }
  const { numPassedTests: passed } = counts;
  const left = counts.numPendingTests + counts.numTodoTests;
  let failed = counts.numFailedTests;
  let problem = "";
  if (left > 0) problem = `${left} tests were skipped: there is no skipping here`;
  else if (passed + failed === 0) problem = "no test ran";
  else if (code !== 0 && failed === 0)
    problem = "vitest failed outside of the tests: a threshold, or an error";
  if (problem !== "") failed += Math.max(left, 1);
  return { passed, failed, note: `${passed} passed`, output: `${output}\n${problem}` };
}
