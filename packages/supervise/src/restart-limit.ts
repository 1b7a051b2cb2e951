/** Counts restarts: no more than `max` within any `within` milliseconds. */
export class RestartLimit {
  readonly max: number;
  readonly within: number;
  #times: number[] = [];

  constructor(max: number, within: number) {
    this.max = max;
    this.within = within;
  }

  /** Counts one at a time in milliseconds that never goes back; `false` when it is one too many. */
  allows(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.within);
    this.#times.push(now);
    return this.#times.length <= this.max;
  }
}

/** Milliseconds to wait before a restart: none after the first failure in a row, then from `min` on twice as long each time. */
export function backoffDelay(failures: number, min: number, max: number): number {
  return failures <= 1 ? 0 : Math.min(max, min * 2 ** (failures - 2));
}
