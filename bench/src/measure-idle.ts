import { setTimeout as wait } from "node:timers/promises";
import { clientBytes } from "./client-bytes.ts";
import { Generator } from "./generator.ts";
import type { Conditions } from "./measure.ts";
import type { Peer } from "./peer.ts";
import type { Compared, Result, Row } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { ServerProcess } from "./server-process.ts";

/** Connections that are open before the first reading, so that what a server sets up once is not counted. */
const before = 500;

/** V8 keeps the pages of its young generation, which opening connections made grow, for a while. */
const settleMs = 30_000;

/** Bytes for a connection, as far as they can be told. */
type Reading = Readonly<Record<"heap" | "residentAtFirst" | "residentLater", number | undefined>>;

/**
 * Measures what connections cost that nobody uses: memory with 500 of them, then with so many more. One server after the
 * other, each in a fresh process; garbage is collected before each reading where the runtime lets us.
 */
export async function measureIdle(
  scenario: Scenario,
  peers: readonly Peer[],
  conditions: Conditions,
): Promise<Result> {
  const { id, title, kind, connections } = scenario;
  const readings: { peer: Peer; reading?: Reading; failed?: string }[] = [];
  for (const peer of peers) {
    conditions.progress(`${id}: ${peer.name}`);
    try {
      readings.push({ peer, reading: await measureOne(peer, scenario, conditions) });
    } catch (error) {
      readings.push({ peer, failed: String(error) });
    }
  }
  const base = readings[0]?.reading;
  const rows = readings.map(({ peer: { name: peer, label }, reading, failed = "" }): Row => {
    if (reading === undefined) return { peer, label, failed };
    const compared = (key: keyof Reading): Compared => {
      const [value, other] = [reading[key], base?.[key]];
      return { value, ratio: value === undefined || other === undefined ? undefined : value / other };
    };
    const [heap, residentAtFirst] = [compared("heap"), compared("residentAtFirst")];
    return {
      peer,
      label,
      idle: { connections, heap, residentAtFirst, residentLater: compared("residentLater") },
    };
  });
  return { scenario: id, title, kind, connections, notes: [], rows };
}

async function measureOne(peer: Peer, scenario: Scenario, conditions: Conditions): Promise<Reading> {
  const server = await ServerProcess.start(peer, scenario, conditions.pinning);
  const held: Generator[] = [];
  const hold = async (connections: number): Promise<void> => {
    const content = clientBytes(peer, scenario);
    const { generator, pinning } = conditions;
    held.push(await Generator.start(generator, { ...scenario, connections }, content, server, pinning));
    await wait(1000);
  };
  try {
    await hold(before);
    const heapBefore = await server.heapBytes();
    const residentBefore = server.residentBytes();
    await hold(scenario.connections);
    const heap = await server.heapBytes();
    const residentAtFirst = server.residentBytes();
    for (let i = 0; i < 3; i++) {
      await wait(settleMs / 3);
      await server.heapBytes(); // collects garbage, upon which V8 gives back pages that it had no use for since the last time
    }
    const each = (from: number | undefined, to: number | undefined): number | undefined =>
      from === undefined || to === undefined ? undefined : (to - from) / scenario.connections;
    return {
      heap: each(heapBefore, heap),
      residentAtFirst: each(residentBefore, residentAtFirst),
      residentLater: each(residentBefore, server.residentBytes()),
    };
  } finally {
    for (const generator of held) await generator.end();
    await server.end();
  }
}
