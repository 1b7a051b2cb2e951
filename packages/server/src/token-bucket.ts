import type { Rate } from "./limits.ts";

/** Counts what a peer does against a rate. It has no clock: the time comes with every call. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** `now` in milliseconds of any clock that does not go back. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes one token; `false` when there is none left. */
  take(now: number): boolean {
    const refill = ((now - this.#at) * this.#rate.perSecond) / 1_000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + refill);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
