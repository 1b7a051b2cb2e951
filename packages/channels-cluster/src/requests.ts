import type { BusError } from "@exws/channels";

/** Waits for an answer of the relay; `size` bytes wait with it. */
export type Waiting = {
  readonly size: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: BusError) => void;
};

/** What was asked of the relay on one connection, by number. */
export class Requests {
  /** Those that are confirmed in their order. */
  readonly #confirmed = new Map<number, Waiting>();
  /** Those that have an answer of their own. */
  readonly #answered = new Map<number, Waiting>();
  #last = 0;
  #size = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** A number for the next request; 32 bits are enough for a connection of a year. */
  next(): number {
    this.#last = (this.#last + 1) >>> 0;
    return this.#last;
  }

  /** Waits for its confirmation. */
  confirm(id: number, waiting: Waiting): void {
    this.#confirmed.set(id, waiting);
    this.#size += waiting.size;
  }

  /** Waits for its answer. */
  answer(id: number, waiting: Waiting): void {
    this.#answered.set(id, waiting);
    this.#size += waiting.size;
  }

  /** Resolves all that wait for a confirmation up to this number, for which itself nobody need wait. */
  onDone(id: number): void {
    for (const [each, waiting] of this.#confirmed) {
      // Numbers begin again behind the last.
      if (((id - each) | 0) < 0) return;
      this.#confirmed.delete(each);
      this.#size -= waiting.size;
      waiting.resolve(undefined as never);
    }
  }

  /** Resolves the one that waits for this answer. */
  onAnswer(id: number, value: unknown): void {
    const waiting = this.#answered.get(id);
    if (waiting === undefined) return;
    this.#answered.delete(id);
    this.#size -= waiting.size;
    waiting.resolve(value as never);
  }

  /** Rejects all. */
  rejectAll(error: BusError): void {
    const all = [...this.#confirmed.values(), ...this.#answered.values()];
    this.#confirmed.clear();
    this.#answered.clear();
    this.#size = 0;
    for (const { reject } of all) reject(error);
  }
}
