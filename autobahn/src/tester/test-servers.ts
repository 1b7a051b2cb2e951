import { Random } from "../corpus/random.ts";
import { ResultCollector, type SuiteResult } from "../report/suite-result.ts";
import { isExcluded, type Selection } from "../spec/selection.ts";
import { randomCutter } from "../wire/cutter.ts";
import type { CaseResult } from "./case-result.ts";
import { CorpusCache } from "./corpus-cache.ts";
import { quickCount } from "./load.ts";
import { type Concurrency, defaultConcurrency, runSchedule, type Task } from "./schedule.ts";
import { type ServerTarget, testServer, whyUnreachable } from "./test-server.ts";

/** How a suite runs. */
export type SuiteOptions = {
  readonly concurrency?: Concurrency;
  /** Seconds for each case; else what the case needs at most. */
  readonly timeout?: number | undefined;
  /** How often every case runs; the worst counts. */
  readonly repeat?: number;
  /** 50 instead of 1000 round trips in 9.7, 9.8, 12 and 13. */
  readonly quick?: boolean;
  /** Cuts everything that is sent at random places, the same ones for the same number. */
  readonly chopSeed?: number | undefined;
};

/** What a suite tells while it runs. */
export type SuiteEvents = {
  /** A server is reached; so many cases will run. */
  begin?(target: ServerTarget, count: number): void;
  started?(task: Task): void;
  finished?(task: Task, result: CaseResult): void;
  /** Nobody listens there: no case runs, and the report has nothing of it. */
  unreachable?(target: ServerTarget, reason: string): void;
};

/** Plays the selected cases against each server, one server after the other. */
export async function testServers(
  targets: readonly ServerTarget[],
  selection: Selection,
  options: SuiteOptions = {},
  events: SuiteEvents = {},
): Promise<SuiteResult> {
  const { concurrency = defaultConcurrency, repeat = 1, quick = false, timeout, chopSeed } = options;
  const collector = new ResultCollector();
  const cache = new CorpusCache();
  const started = new Date();
  for (const target of targets) {
    const reason = await whyUnreachable(target);
    if (reason !== undefined) {
      events.unreachable?.(target, reason);
      continue;
    }
    const { agent } = target;
    const tasks = Array.from({ length: repeat }, (_, n) =>
      selection.cases.map((one): Task => ({ case: one, run: n + 1 })),
    )
      .flat()
      .filter((task) => agent === undefined || !isExcluded(selection, agent, task.case.id));
    events.begin?.(target, tasks.length);
    await runSchedule(tasks, concurrency, async (task) => {
      const { case: one, run } = task;
      events.started?.(task);
      const cutter =
        chopSeed === undefined ? undefined : randomCutter(new Random(chopSeed + one.index + 1000 * run));
      const result = await testServer(one, target, { quick, cache, run, cutter, timeout });
      // Whom it is, only the answer tells where the file does not.
      if (!isExcluded(selection, result.agent, one.id)) collector.add(result);
      events.finished?.(task, result);
    });
  }
  const duration = Date.now() - started.getTime();
  return { agents: collector.agents, started, duration, notes: notesOf(options), role: "servers" };
}

function notesOf({ quick, chopSeed, repeat = 1 }: SuiteOptions): string[] {
  return [
    ...(quick === true
      ? [`Quick run: ${quickCount} instead of 1000 round trips in 9.7, 9.8, 12 and 13.`]
      : []),
    ...(chopSeed === undefined ? [] : [`Everything was cut at random places (seed ${chopSeed}).`]),
    ...(repeat > 1 ? [`Every case ran ${repeat} times; the worst result is shown.`] : []),
  ];
}
