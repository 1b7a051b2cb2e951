import type { Position } from "./history.ts";

/**
 * What became of a broadcast, counted in members. For a channel that is served at once it is complete when `broadcast` returns;
 * else it fills in as members are served, until `pending` is 0 and `done` resolves.
 */
export class BroadcastResult {
  /** Members whose message is on its way. */
  sent = 0;
  /** Members that are behind: they will get it. */
  queued = 0;
  /** Members for whom it was given up, because too much waits: for the peer, or in the channel (`limits.backlog…`). */
  dropped = 0;
  /** Members whose connection is not open, or threw. */
  closed = 0;
  /** Members that are still to be served. Some of them may leave, or be excepted, and are not counted then. */
  pending: number;
  /** The place in the history of the channel, where it has one. */
  readonly position: Position | undefined;
  #done: Promise<this> | undefined;
  #resolve: (() => void) | undefined;

  constructor(pending: number, position: Position | undefined) {
    this.pending = pending;
    this.position = position;
  }

  /** Resolves with this result when every member has been served. Never rejects. */
  get done(): Promise<this> {
    this.#done ??= new Promise((resolve) => {
      if (this.pending === 0) resolve(this);
      else this.#resolve = () => resolve(this);
    });
    return this.#done;
  }

  /** Everybody has been served. */
  finish(): void {
    this.pending = 0;
    this.#resolve?.();
  }
}
