import type { Bus } from "../bus.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How a node behaves among others. All times in milliseconds. */
export type ClusterOptions = {
  /** How often it says that it is there. A loss at the end of what it says on a topic shows within this time, too. Default 5,000. */
  heartbeat?: number;
  /** A node that was silent for so long is taken for dead. More than twice the heartbeat. Default 15,000. */
  ttl?: number;
  /** How long a question waits for the answers of other nodes. Default 1,000. */
  queryTimeout?: number;
  /** Goes on with its own members when the bus cannot be reached at the start, and keeps trying. Default false. */
  startLocally?: boolean;
  /** What time it is, for tests. Default: the clock of the process. */
  clock?: Clock;
};

/** The same, checked and complete. */
export type ResolvedCluster = Required<ClusterOptions>;

const defaults: ResolvedCluster = {
  heartbeat: 5000,
  ttl: 15_000,
  queryTimeout: 1000,
  startLocally: false,
  clock: systemClock,
};

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveCluster(options: ClusterOptions = {}): ResolvedCluster {
  if (typeof options !== "object" || options === null) throw new TypeError("cluster must be an object");
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`cluster: ${name} is not an option`);
  }
  const { startLocally = defaults.startLocally, clock = systemClock } = options;
  if (typeof startLocally !== "boolean") throw new TypeError("cluster: startLocally must be true or false");
  const time = (name: "heartbeat" | "ttl" | "queryTimeout"): number => {
    const value = options[name] ?? defaults[name];
    if (typeof value !== "number") throw new TypeError(`cluster: ${name} must be a number`);
    if (value >= 1 && value <= 0x7fff_ffff) return value;
    throw new RangeError(`cluster: ${name} must be a number of milliseconds from 1 on`);
  };
  const [heartbeat, ttl, queryTimeout] = [time("heartbeat"), time("ttl"), time("queryTimeout")];
  if (ttl <= 2 * heartbeat) throw new RangeError("cluster: ttl must be more than twice the heartbeat");
  return { heartbeat, ttl, queryTimeout, startLocally, clock };
}

/** Throws a TypeError for what is no bus. */
export function checkBus(bus: unknown): asserts bus is Bus {
  const { open, subscribe, unsubscribe, publish, close } = (bus ?? {}) as Record<string, unknown>;
  for (const each of [open, subscribe, unsubscribe, publish, close]) {
    if (typeof each !== "function")
      throw new TypeError("bus must be a Bus, such as redisBus() or natsBus() make");
  }
}

/** Throws a TypeError for a history that a bus has no log for, or that is not a function. */
export function checkHistory(history: unknown, bus: Bus): void {
  if (history === undefined) return;
  if (typeof history !== "function") throw new TypeError("history must be a function");
  if (bus.log === undefined) throw new TypeError("history: this bus has no log to keep it in");
}
