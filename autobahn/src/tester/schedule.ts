import type { Case } from "../catalogue/case.ts";

/** How many cases run at the same time. */
export type Concurrency = {
  /** Cases that mostly wait. */
  readonly light: number;
  /** Cases that move megabytes: few at a time, so that none waits for another longer than its timer. */
  readonly heavy: number;
};

/** What is used when nothing is said. */
export const defaultConcurrency: Concurrency = { light: 16, heavy: 4 };

/** One task of a schedule. */
export type Task = { readonly case: Case; readonly run: number };

/**
 * Runs the light cases first, then the heavy ones: those are never in each other's way. Within each kind, what takes
 * longest begins first, and messages of one kind follow each other, which lets them share what was compressed.
 */
export async function runSchedule(
  tasks: readonly Task[],
  { light, heavy }: Concurrency,
  perform: (task: Task) => Promise<void>,
): Promise<void> {
  const isHeavy = ({ case: { judgement } }: Task): boolean =>
    judgement !== "events" && judgement !== "informational";
  await runAtOnce(tasks.filter((task) => !isHeavy(task)).toSorted(byPause), light, perform);
  await runAtOnce(tasks.filter(isHeavy).toSorted(byLoad), heavy, perform);
}

async function runAtOnce(
  tasks: readonly Task[],
  limit: number,
  perform: (task: Task) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) await perform(task);
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, worker));
}

const pauseOf = ({ case: { steps } }: Task): number =>
  steps.reduce((sum, step) => sum + (step.do === "wait" ? step.seconds : 0), 0);

function byPause(a: Task, b: Task): number {
  return pauseOf(b) - pauseOf(a) || a.case.index - b.case.index;
}

/** First what is not compressed, the shortest time limit first; then by corpus, and in a corpus by size. */
function byLoad(a: Task, b: Task): number {
  const [left, right] = [loadOf(a), loadOf(b)];
  return (
    left.rank - right.rank ||
    left.length - right.length ||
    left.limit - right.limit ||
    a.case.index - b.case.index
  );
}

const ranks = ["", "json", "bitmap", "prose", "html", "pdf"];

function loadOf({ case: { steps } }: Task): { rank: number; length: number; limit: number } {
  const [step, timer] = steps;
  const limit = timer?.do === "close-after" ? timer.seconds : 0;
  if (step?.do !== "corpus-loop") return { rank: 0, length: 0, limit };
  return { rank: ranks.indexOf(step.corpus), length: step.length, limit };
}
