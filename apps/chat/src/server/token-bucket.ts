/** How often something may happen: `perSecond` on average, `burst` at once. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** Counts what somebody does against a rate. The clock, in milliseconds, is an argument. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #time: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#time = now;
  }

  /** Takes a token. Returns 0, or in how many milliseconds there will be one. */
  take(now: number): number {
    const { perSecond, burst } = this.#rate;
    const earned = (Math.max(0, now - this.#time) / 1_000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#time = now;
    // Sums of fractions are a little beside the truth: a millionth of a token does not count.
    const missing = 1 - this.#tokens - 1e-6;
    if (missing > 0) return Math.ceil((missing / perSecond) * 1_000);
    this.#tokens--;
    return 0;
  }
}
