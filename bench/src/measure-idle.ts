import { readFileSync } from "node:fs";
import { clientBytes } from "./client-bytes.ts";
import { Generator } from "./generator.ts";
import type { Conditions } from "./measure.ts";
import type { Peer } from "./peer.ts";
import type { IdleFigures, Result, Row } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { ServerProcess } from "./server-process.ts";

/** Connections that are open before the first reading, so that what a server sets up once is not counted. */
const before = 500;

/**
 * Measures what connections cost that nobody uses: memory with 500 of them, then with so many more. One server after the
 * other, each in a fresh process; garbage is collected before each reading where the runtime lets us.
 */
export async function measureIdle(
  scenario: Scenario,
  peers: readonly Peer[],
  conditions: Conditions,
): Promise<Result> {
  const { id, title, kind } = scenario;
  const connections = Math.min(scenario.connections, openFiles() - before - 200);
  const notes =
    connections < scenario.connections ? [`Only ${connections} connections: ulimit -n allows no more.`] : [];
  const rows: { peer: Peer; idle?: IdleFigures; failed?: string }[] = [];
  for (const peer of peers) {
    conditions.progress(`${id}: ${peer.name}`);
    try {
      rows.push({ peer, idle: await measureOne(peer, { ...scenario, connections }, conditions) });
    } catch (error) {
      rows.push({ peer, failed: String(error) });
    }
  }
  const base = rows[0]?.idle;
  return {
    scenario: id,
    title,
    kind,
    connections,
    notes,
    rows: rows.map(({ peer: { name, label }, idle, failed }): Row => {
      if (idle === undefined) return { peer: name, label, failed: failed ?? "" };
      const rss = quotient(idle.rssPerConnection, base?.rssPerConnection);
      const heapRatio = quotient(idle.heapPerConnection, base?.heapPerConnection);
      return { peer: name, label, idle: { ...idle, heapRatio }, ...(rss !== undefined && { ratio: rss }) };
    }),
  };
}

function quotient(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined ? undefined : value / base;
}

async function measureOne(peer: Peer, scenario: Scenario, conditions: Conditions): Promise<IdleFigures> {
  const server = await ServerProcess.start(peer, scenario, conditions.pinning);
  const held: Generator[] = [];
  const hold = async (
    connections: number,
  ): Promise<{ rss: number | undefined; heap: number | undefined }> => {
    const content = clientBytes(peer, scenario);
    const { generator, pinning } = conditions;
    held.push(await Generator.start(generator, { ...scenario, connections }, content, server, pinning));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const heap = await server.heapBytes();
    return { rss: server.residentBytes(), heap };
  };
  try {
    const few = await hold(before);
    const many = await hold(scenario.connections);
    const each = (from: number | undefined, to: number | undefined): number | undefined =>
      from === undefined || to === undefined ? undefined : (to - from) / scenario.connections;
    return {
      connections: scenario.connections,
      rssPerConnection: each(few.rss, many.rss),
      heapPerConnection: each(few.heap, many.heap),
      heapRatio: undefined,
    };
  } finally {
    for (const generator of held) await generator.end();
    await server.end();
  }
}

/** How many files a process may have open: `ulimit -n`, which Node raises as far as it may. */
export function openFiles(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}
