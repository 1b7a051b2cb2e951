import type { Published } from "./cluster/bus-link.ts";
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
  #position: Position | undefined;
  #done: Promise<this> | undefined;
  #published: Promise<Published> | undefined;
  #resolve: (() => void) | undefined;

  constructor(pending: number, position: Position | undefined) {
    this.pending = pending;
    this.#position = position;
  }

  /** The place in the history of the channel, where it has one. With a bus it is known at `done`, or `published`. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Resolves with this result when every member has been served. Never rejects. */
  get done(): Promise<this> {
    this.#done ??= new Promise((resolve) => {
      if (this.pending === 0) resolve(this);
      else this.#resolve = () => resolve(this);
    });
    return this.#done;
  }

  /**
   * Resolves when the message was handed to the bus for other nodes, with `ok`, or could not be, with the error. That somebody
   * got it is not said. `ok` without a bus. Never rejects.
   */
  get published(): Promise<Published> {
    this.#published ??= Promise.resolve({ ok: true });
    return this.#published;
  }

  /** It is being handed to the bus. */
  publish(published: Promise<Published>): void {
    this.#published = published;
  }

  /** It has a place in the history. */
  place(position: Position): void {
    this.#position = position;
  }

  /** Everybody has been served. */
  finish(): void {
    this.pending = 0;
    this.#resolve?.();
  }
}
