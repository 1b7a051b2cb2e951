import type { Position } from "./history.ts";

/**
 * What became of a join.
 *
 * - `joined`: a member from now on. `already`: it was one, nothing changed. `replaced`: it was one, its meta is new.
 * - `closed`: its connection is closed; nothing changed. `full`: it is in as many channels as it may; nothing changed.
 */
export type JoinStatus = "joined" | "already" | "replaced" | "closed" | "full";

/** The answer of `join`. */
export class JoinResult {
  readonly status: JoinStatus;
  #position: Position | undefined;
  #recovered: boolean | undefined;
  #replayed: number;
  #effective: Promise<unknown> | undefined;

  constructor(status: JoinStatus, position?: Position, recovered?: boolean, replayed = 0) {
    this.status = status;
    this.#position = position;
    this.#recovered = recovered;
    this.#replayed = replayed;
  }

  /**
   * In a channel with history: where the member is now, everything before having been replayed or lost. With a bus it may be known
   * only at `done`.
   */
  get position(): Position | undefined {
    return this.#position;
  }

  /**
   * Only when `since` was given to a join that took place: whether the member has been given all that was broadcast since
   * then, or all that is kept. If not, it has been given nothing, or a part that its own outbound bound cut short. With a bus it may be known only at
   * `done`.
   */
  get recovered(): boolean | undefined {
    return this.#recovered;
  }

  /** How many messages were replayed. */
  get replayed(): number {
    return this.#replayed;
  }

  /**
   * Resolves with this result when the member gets everything that is broadcast, from anywhere. On one node that is so when
   * `join` returns. With a bus it is so when that has confirmed the subscription, which waits while it is down; it resolves, too,
   * when the channel is empty again, and when the bus refuses (`onError`) or is closed. Never rejects.
   */
  get done(): Promise<this> {
    return this.#effective === undefined ? Promise.resolve(this) : this.#effective.then(() => this);
  }

  /** It takes effect across nodes when this has resolved. */
  after(effective: Promise<unknown>): void {
    this.#effective = this.#effective === undefined ? effective : Promise.all([this.#effective, effective]);
  }

  /** It has become known where the member is, and what it was given. */
  settle(position: Position, recovered?: boolean, replayed = 0): void {
    this.#position = position;
    this.#recovered = recovered;
    this.#replayed = replayed;
  }
}
