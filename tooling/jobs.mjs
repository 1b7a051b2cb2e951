import { Progress } from "./progress.mjs";
import { stopAll } from "./run.mjs";

/**
 * What a job found: tests that passed and failed, a few words for its line, and its output for when it failed.
 *
 * @typedef {{ passed: number, failed: number, note?: string, output?: string }} Result
 */

/**
 * One step of the test run: it starts when the jobs that it comes `after` have passed, with no other job beside it when
 * it is to run `alone`.
 *
 * @typedef {{ name: string, after?: readonly string[], alone?: boolean, run: () => Promise<Result> }} Job
 */

/**
 * Runs the jobs, `width` at a time and in their order, and stops everything at the first one that fails.
 *
 * @param {readonly Job[]} jobs
 * @param {number} width
 * @returns {Promise<{ passed: number, failed: number }>} the totals of the jobs that ended
 */
export async function runJobs(jobs, width) {
  const progress = new Progress();
  const waiting = [...jobs];
  /** @type {Map<Job, Promise<void>>} */
  const running = new Map();
  const done = new Set();
  const totals = { passed: 0, failed: 0 };
  /** @type {{ name: string, output: string } | undefined} */
  let failure;

  const fits = (/** @type {Job} */ job) =>
    running.size < (job.alone ? 1 : width) &&
    ![...running.keys()].some(({ alone }) => alone) &&
    (job.after ?? []).every((name) => done.has(name));

  const start = async (/** @type {Job} */ job) => {
    progress.start(job.name);
    const result = await job.run().catch((/** @type {unknown} */ error) => ({
      passed: 0,
      failed: 1,
      note: "",
      output: error instanceof Error ? error.message : String(error),
    }));
    running.delete(job);
    if (failure !== undefined) return;
    totals.passed += result.passed;
    totals.failed += result.failed;
    done.add(job.name);
    progress.end(job.name, result.failed === 0, result.note);
    if (result.failed > 0) {
      failure = { name: job.name, output: result.output ?? "" };
      stopAll();
    }
  };

  while (failure === undefined && (waiting.length > 0 || running.size > 0)) {
    const next = waiting.findIndex(fits);
    if (next >= 0) {
      for (const job of waiting.splice(next, 1)) running.set(job, start(job));
    } else if (running.size > 0) {
      await Promise.race(running.values());
    } else {
      throw new Error(`jobs that can never start: ${waiting.map(({ name }) => name).join(", ")}`);
    }
  }

  if (failure !== undefined) {
    progress.drop();
    progress.line(`\n${failure.output.trimEnd()}\n`);
    progress.line(`exws: ${failure.name} failed`);
  }
  return totals;
}
