import type { HistoryBounds, Position, Since } from "./history.ts";

/** What a log keeps of a topic; the oldest entries go first. `keep` is how long it remembers the position of a topic without entries. */
export type LogBounds = HistoryBounds & {
  /** In milliseconds, from the last entry on. */
  readonly keep: number;
};

/** What a log knows of a topic. */
export type LogReading = {
  /** The place of the newest entry; offset 0 before the first. */
  readonly position: Position;
  /** All entries behind the place asked for, or all, oldest first; `undefined` when they are not all there, or none was asked for. */
  readonly entries: readonly Uint8Array[] | undefined;
};

/**
 * The part of a bus that remembers: an ordered log per topic, for the history of channels.
 *
 * The first entry of a topic has offset 1, each later one an offset one higher, whoever appends it. The epoch of a topic is made
 * with the log and changes when the engine has lost or forgotten it, so that no position of the old log is taken for one of the
 * new. It has at most 255 octets.
 */
export interface BusLog {
  /**
   * Adds an entry and resolves with its place. Entries that one process appends to one topic keep their order. Rejects with a
   * {@link BusError}; what was rejected may have been added all the same if the connection was lost meanwhile.
   */
  append(topic: string, entry: Uint8Array, bounds: LogBounds): Promise<Position>;
  /**
   * Tells where a topic's log is, and what is behind the place `after`; `"oldest"`: all that is kept within the bounds, up to there. A topic that nothing was appended to has a position, too:
   * the epoch stays the same when the first entry comes. Rejects with a {@link BusError}.
   */
  read(topic: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading>;
}
