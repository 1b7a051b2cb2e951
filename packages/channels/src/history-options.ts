import type { PreparedMessage } from "@exws/frame";
import type { HistoryBounds, Position } from "./history.ts";

/** The history of a channel. What exceeds one of the bounds is forgotten, the oldest first. */
export type HistoryOptions = {
  /** Messages to keep. Default 100. */
  count?: number;
  /**
   * Bytes of messages to keep. Default 262,144. A member that comes back gets all that it missed at once: keep this below its
   * outbound bound, which is 1 MiB for a connection of `@exws/server`.
   */
  bytes?: number;
  /** Milliseconds to keep a message. Default 300,000. */
  age?: number;
  /** Milliseconds to remember the position when nobody is there and no message is left. Default 3,600,000. */
  keep?: number;
  /**
   * Makes what members get of a message and its place, so that clients know where they are. Runs once per message; what was
   * given as a prepared message comes as string or bytes, too. Without it members get the data as it is, and count.
   */
  stamp?: (data: string | Uint8Array, position: Position) => string | Uint8Array | PreparedMessage;
};

/** The same, checked and complete. */
export type ResolvedHistory = HistoryBounds & {
  readonly keep: number;
  readonly stamp: HistoryOptions["stamp"];
};

const defaults = { count: 100, bytes: 262_144, age: 300_000, keep: 3_600_000 };

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveHistory(options: HistoryOptions): ResolvedHistory {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("history must return an object, or undefined");
  }
  const { stamp, ...bounds } = options;
  for (const [name, value] of Object.entries(bounds)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`history: ${name} is not an option`);
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`history: ${name} must be a number`);
    if (!(value >= 0)) throw new RangeError(`history: ${name} must be 0 or more`);
  }
  if (stamp !== undefined && typeof stamp !== "function") {
    throw new TypeError("history: stamp must be a function");
  }
  const {
    count = defaults.count,
    bytes = defaults.bytes,
    age = defaults.age,
    keep = defaults.keep,
  } = options;
  return { count, bytes, age, keep, stamp };
}
