import { checkPrefix } from "./names.ts";
import type { Heartbeat } from "./watchdog.ts";

/** How a bus uses Redis. */
export type RedisBusOptions = {
  /**
   * Stands before all names that the bus uses in Redis: processes with one prefix hear each other, others do not. 1 to 100 of
   * the characters `A-Z a-z 0-9 _ . : / @ -`. Default `exws`.
   */
  prefix?: string;
  /**
   * `true`: sharded pub/sub (SPUBLISH, SSUBSCRIBE), `false`: plain. Who publishes the one is not heard by who subscribes the other,
   * so all processes of a prefix need the same. Default: sharded where the server has it, which is Redis 7 and newer.
   */
  sharded?: boolean;
  /** Bytes that a payload may have. Default 4,194,304. */
  maxPayload?: number;
  /** What may wait for an answer of Redis before `publish` and the log refuse as `overloaded`. */
  pending?: {
    /** Default 10,000. */
    count?: number;
    /** Of payloads. Default 16,777,216. */
    bytes?: number;
  };
  /** How it is noticed that Redis is frozen or the way to it is dead. In milliseconds. */
  heartbeat?: {
    /** Between two questions. Default 4,000. */
    interval?: number;
    /** For an answer, and for connecting. Default 4,000. */
    timeout?: number;
  };
};

/** The same, checked and complete. */
export type ResolvedOptions = {
  readonly prefix: string;
  readonly sharded: boolean | undefined;
  readonly maxPayload: number;
  readonly pending: { readonly count: number; readonly bytes: number };
  readonly heartbeat: Heartbeat;
};

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions(options: RedisBusOptions = {}): ResolvedOptions {
  if (typeof options !== "object" || options === null)
    throw new TypeError("redisBus: options must be an object");
  only("", options, ["prefix", "sharded", "maxPayload", "pending", "heartbeat"]);
  const { prefix = "exws", sharded, maxPayload = 4_194_304, pending = {}, heartbeat = {} } = options;
  if (sharded !== undefined && typeof sharded !== "boolean") {
    throw new TypeError("redisBus: sharded must be true, false or undefined");
  }
  only("pending.", pending, ["count", "bytes"]);
  only("heartbeat.", heartbeat, ["interval", "timeout"]);
  const resolved = {
    prefix: checkPrefix(prefix),
    sharded,
    maxPayload: whole("maxPayload", maxPayload, 512 * 1_048_576),
    pending: {
      count: whole("pending.count", pending.count ?? 10_000, Number.MAX_SAFE_INTEGER),
      bytes: whole("pending.bytes", pending.bytes ?? 16_777_216, Number.MAX_SAFE_INTEGER),
    },
    heartbeat: {
      interval: whole("heartbeat.interval", heartbeat.interval ?? 4000, 2 ** 31 - 1),
      timeout: whole("heartbeat.timeout", heartbeat.timeout ?? 4000, 2 ** 31 - 1),
    },
  };
  if (resolved.pending.bytes < resolved.maxPayload) {
    throw new RangeError("redisBus: pending.bytes must not be less than maxPayload");
  }
  return resolved;
}

function only(path: string, options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`redisBus: ${path.slice(0, -1)} must be an object`);
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`redisBus: ${path}${name} is not an option`);
  }
}

function whole(name: string, value: unknown, most: number): number {
  if (typeof value !== "number") throw new TypeError(`redisBus: ${name} must be a number`);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`redisBus: ${name} must be a whole number from 1 to ${most}`);
}
