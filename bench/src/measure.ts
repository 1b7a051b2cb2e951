import { checkEcho } from "./check-echo.ts";
import { clientBytes } from "./client-bytes.ts";
import { Generator, type Run } from "./generator.ts";
import type { Peer } from "./peer.ts";
import type { Pinning } from "./pinning.ts";
import { figuresOf, type Result, type Row } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { ServerProcess } from "./server-process.ts";

/** What all measurements of a run have in common. */
export type Conditions = {
  /** The command of the load generator. */
  readonly generator: readonly string[];
  readonly pinning: Pinning | undefined;
  readonly rounds: number;
  /** Length of a round. */
  readonly ms: number;
  /** Hears what is going on. */
  readonly progress: (text: string) => void;
};

/** A server with the generator that keeps it busy. */
type Contestant = {
  readonly peer: Peer;
  readonly server?: ServerProcess;
  readonly generator?: Generator;
  readonly runs: Run[];
  failed?: string;
};

async function enter(
  peer: Peer,
  scenario: Scenario,
  { generator, pinning }: Conditions,
): Promise<Contestant> {
  let server: ServerProcess | undefined;
  try {
    server = await ServerProcess.start(peer, scenario, pinning);
    await checkEcho(peer, scenario, server.port);
    const load = await Generator.start(generator, scenario, clientBytes(peer, scenario), server, pinning);
    return { peer, server, generator: load, runs: [] };
  } catch (error) {
    await server?.end();
    return { peer, runs: [], failed: String(error) };
  }
}

/**
 * Measures the peers against each other: one warm-up each, then rounds in which each has its turn, in an order that
 * moves on by one every round, so that whatever disturbs the machine for a while disturbs all of them alike. The ratios
 * are to the first peer.
 */
export async function measure(
  scenario: Scenario,
  peers: readonly Peer[],
  conditions: Conditions,
): Promise<Result> {
  const { rounds, ms, progress } = conditions;
  const contestants: Contestant[] = [];
  try {
    for (const peer of peers) {
      progress(`${scenario.id}: starting ${peer.name}`);
      contestants.push(await enter(peer, scenario, conditions));
    }
    // A runtime compiles what is hot within the first second or two.
    for (const contestant of contestants) {
      progress(`${scenario.id}: warming up ${contestant.peer.name}`);
      await run(contestant, Math.min(2000, 2 * ms));
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < contestants.length; turn++) {
        const contestant = contestants[(round + turn) % contestants.length]!;
        progress(`${scenario.id}: round ${round + 1} of ${rounds}, ${contestant.peer.name}`);
        const result = await run(contestant, ms);
        if (result !== undefined) contestant.runs.push(result);
      }
    }
    const { id, title, kind, connections } = scenario;
    return { scenario: id, title, kind, connections, rows: rowsOf(contestants), notes: [] };
  } finally {
    for (const { generator, server } of contestants) {
      await generator?.end();
      await server?.end();
    }
  }
}

async function run(contestant: Contestant, ms: number): Promise<Run | undefined> {
  if (contestant.failed !== undefined) return undefined;
  try {
    return await contestant.generator?.run(ms);
  } catch (error) {
    contestant.failed = String(error);
    return undefined;
  }
}

function rowsOf(contestants: readonly Contestant[]): Row[] {
  const figures = contestants.map(({ failed, runs, server }) =>
    failed === undefined ? figuresOf(runs, server?.residentBytes()) : undefined,
  );
  return contestants.map(({ peer: { name: peer, label }, runs, failed }, index) => {
    const own = figures[index];
    if (own === undefined) return { peer, label, failed: failed ?? "no rounds" };
    const base = figures[0];
    return { peer, label, figures: own, ...(base !== undefined && { ratio: own.cpuUs / base.cpuUs }), runs };
  });
}
