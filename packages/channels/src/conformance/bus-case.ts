import type { Bus } from "../bus.ts";
import { connectionCases } from "./connection-cases.ts";
import { freezeCases } from "./freeze-cases.ts";
import { logCases } from "./log-cases.ts";
import { messageCases } from "./message-cases.ts";
import { outageCases } from "./outage-cases.ts";
import { Probe } from "./probe.ts";
import { subscriptionCases } from "./subscription-cases.ts";

/**
 * What a case needs besides buses: `stop` and `start`, `freeze` and `thaw`, or `cut` of the set-up, or a bus that has a `log`.
 */
export type Need = "stop" | "freeze" | "cut" | "log";

/** The bus under test and its engine. All functions may return promises; they are called one after another. */
export type BusSetup = {
  /** Makes a bus that is not opened. Buses of one prefix hear each other, whichever process they are in. */
  create(prefix: string): Bus | Promise<Bus>;
  /** Ends the engine, as a crash would. */
  stop?(): unknown;
  /** Starts it again, at the same address; resolves when it accepts connections. */
  start?(): unknown;
  /** Has the engine answer nothing while connections stay: SIGSTOP. */
  freeze?(): unknown;
  /** Ends `freeze`. */
  thaw?(): unknown;
  /** Ends all connections of the buses while the engine runs. */
  cut?(): unknown;
};

/** What a case works with. */
export type Scene = {
  readonly setup: BusSetup;
  /** A probe of a new bus that is opened. */
  probe(tenant?: string): Promise<Probe>;
  /** The same, not opened. */
  unopened(tenant?: string): Promise<Probe>;
};

/** A case as it is written. */
export type CaseDefinition = {
  readonly name: string;
  readonly needs?: readonly Need[];
  play(scene: Scene): Promise<void>;
};

/** Something that a bus must do. */
export type BusCase = {
  /** A sentence. */
  readonly name: string;
  /** Cases whose needs a set-up does not have cannot be run with it. */
  readonly needs: readonly Need[];
  /** Resolves when the bus does it; rejects with what it did instead. Closes all buses. Takes at most 30 s, mostly far less. */
  run(setup: BusSetup): Promise<void>;
};

/** All that a bus must do, in the order of what can be found out without the rest. They run one at a time. */
export const busCases: readonly BusCase[] = [
  ...messageCases,
  ...subscriptionCases,
  ...connectionCases,
  ...outageCases,
  ...freezeCases,
  ...logCases,
].map(({ name, needs = [], play }) => ({ name, needs, run: (setup) => run(setup, play) }));

async function run(setup: BusSetup, play: CaseDefinition["play"]): Promise<void> {
  // Engines remember: no case may meet what an earlier one has left.
  const name = `kit-${crypto.randomUUID().slice(0, 8)}`;
  const buses: Bus[] = [];
  const unopened = async (tenant = "a"): Promise<Probe> => {
    const bus = await setup.create(`${name}-${tenant}`);
    buses.push(bus);
    return new Probe(bus);
  };
  const probe = async (tenant?: string): Promise<Probe> => {
    const probe = await unopened(tenant);
    await probe.open();
    return probe;
  };
  try {
    await play({ setup, probe, unopened });
  } finally {
    await Promise.all(buses.map((bus) => bus.close()));
  }
}
