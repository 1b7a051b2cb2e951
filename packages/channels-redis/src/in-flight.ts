import { BusError } from "@exws/channels";

/** Counts what was given to the engine and is not answered yet, and refuses what would exceed the bounds. */
export class InFlight {
  readonly #most: { readonly count: number; readonly bytes: number };
  #count = 0;
  #bytes = 0;

  constructor(most: { readonly count: number; readonly bytes: number }) {
    this.#most = most;
  }

  /** Throws a {@link BusError} `overloaded` when there is no room. */
  enter(bytes: number): void {
    if (this.#count >= this.#most.count || this.#bytes + bytes > this.#most.bytes) {
      throw new BusError(
        "overloaded",
        `Redis is slow: ${this.#count} commands with ${this.#bytes} bytes wait for its answer`,
      );
    }
    this.#count++;
    this.#bytes += bytes;
  }

  leave(bytes: number): void {
    this.#count--;
    this.#bytes -= bytes;
  }
}
