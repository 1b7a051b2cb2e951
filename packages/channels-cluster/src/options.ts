import cluster from "node:cluster";
import { variable } from "./relay.ts";

/** Options of {@link clusterBus}. */
export type ClusterBusOptions = {
  /** Keeps apart what has another prefix. Default "exws". */
  prefix?: string;
  /** Where the relay listens; default: where `relay()` in the primary has said. */
  path?: string;
  /** Bytes that may wait for the relay; `publish` rejects with `overloaded` beyond that. Default 16 MiB. */
  pending?: number;
  /**
   * How long the connection may be silent before the relay is asked whether it is there, and how long it may take to show it, in
   * milliseconds. Default 3,000 and 5,000.
   */
  heartbeat?: { interval?: number; timeout?: number };
};

/** Options, checked and complete. Without a path the bus is alone, with a relay of its own. */
export type ResolvedOptions = {
  readonly prefix: string;
  readonly path: string | undefined;
  readonly pending: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
};

const names: readonly string[] = ["prefix", "path", "pending", "heartbeat"];

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions(options: ClusterBusOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${name} is not an option`);
  }
  const { prefix = "exws", path = process.env[variable], pending = 16_777_216, heartbeat = {} } = options;
  if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
  if (prefix.length > 100) throw new RangeError("prefix must have at most 100 characters");
  if (path !== undefined && (typeof path !== "string" || path === "")) {
    throw new TypeError("path must be the path of a relay");
  }
  if (typeof heartbeat !== "object" || heartbeat === null) throw new TypeError("heartbeat must be an object");
  for (const name of Object.keys(heartbeat)) {
    if (name !== "interval" && name !== "timeout") throw new TypeError(`heartbeat.${name} is not an option`);
  }
  const { interval = 3_000, timeout = 5_000 } = heartbeat;
  checkNumber("pending", pending, 1, Number.MAX_SAFE_INTEGER);
  checkNumber("heartbeat.interval", interval, 10, 60_000);
  checkNumber("heartbeat.timeout", timeout, 10, 60_000);
  if (path === undefined && cluster.isWorker) {
    throw new TypeError("path: no relay is known; call relay() in the primary before it forks workers");
  }
  return { prefix, path, pending, heartbeat: { interval, timeout } };
}

function checkNumber(name: string, value: number, least: number, most: number): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!(value >= least && value <= most)) throw new RangeError(`${name} must be from ${least} to ${most}`);
}
