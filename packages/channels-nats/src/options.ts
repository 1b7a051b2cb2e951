import { checkPrefix } from "./subject.ts";

/** How a {@link natsBus} behaves. */
export type NatsBusOptions = {
  /**
   * Stands before every subject: buses of one prefix hear each other, those of another do not. Names of `A-Z a-z 0-9 _ -`, joined by
   * dots, at most 200 characters. Default `exws`: permissions for `exws.>` and `_INBOX.>` are all that messages need.
   */
  prefix?: string;
  /** Bytes that may wait for the server to confirm them; beyond that publishing rejects with `overloaded`. Default 16 MiB. */
  maxPending?: number;
  /** Milliseconds of silence after which the server is asked whether it is there. Default 3,000. */
  pingInterval?: number;
  /** Milliseconds without an answer, and without any byte received, after which the connection is given up. Default 5,000. */
  pingTimeout?: number;
  /** Of the log on JetStream. */
  log?: NatsLogOptions;
};

/** How entries of histories are kept. */
export type NatsLogOptions = {
  /**
   * `memory`: entries are gone when the server restarts, and histories begin anew. `file`: they are there again; but what a server
   * that is killed had not written yet, some milliseconds, is lost. Default `memory`.
   */
  storage?: "memory" | "file";
  /** Servers of a cluster that keep each entry, 1 to 5. Default 1. */
  replicas?: number;
};

/** With all defaults. */
export type ResolvedOptions = Required<Omit<NatsBusOptions, "log">> & {
  readonly log: Required<NatsLogOptions>;
};

/** Fills in defaults; TypeError and RangeError name the option that is wrong. */
export function resolveOptions(options: NatsBusOptions = {}): ResolvedOptions {
  only("", options, ["prefix", "maxPending", "pingInterval", "pingTimeout", "log"]);
  const {
    prefix = "exws",
    maxPending = 16 * 1_048_576,
    pingInterval = 3_000,
    pingTimeout = 5_000,
    log = {},
  } = options;
  only("log.", log, ["storage", "replicas"]);
  const { storage = "memory", replicas = 1 } = log;
  if (storage !== "memory" && storage !== "file")
    throw new TypeError(`log.storage must be "memory" or "file"`);
  return {
    prefix: checkPrefix(prefix),
    maxPending: checkInteger("maxPending", maxPending, 1, Number.MAX_SAFE_INTEGER),
    pingInterval: checkInteger("pingInterval", pingInterval, 1, 60_000),
    pingTimeout: checkInteger("pingTimeout", pingTimeout, 1, 60_000),
    log: { storage, replicas: checkInteger("log.replicas", replicas, 1, 5) },
  };
}

function only(path: string, options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${path.slice(0, -1) || "options"} must be an object`);
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${path}${name} is not an option`);
  }
}

function checkInteger(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}`);
}
