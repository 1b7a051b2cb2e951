/** Above this another node's time moves ours no more: nobody can drive it to where numbers end. */
const latest = 2 ** 52;

/**
 * Time that nodes agree on without comparing clocks: each counts milliseconds of its own, and sets itself forward to whatever later
 * time it hears of. What one node knew of when another thing happened so has the earlier time; what happens at about the same time
 * has about the same.
 */
export class LogicalClock {
  readonly #now: () => number;
  #ahead = 0;
  #last = 0;

  /** `now` tells milliseconds of any monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The time that something has that happens now: later than all that was heard of, and than `take` has given. From 1. */
  get next(): number {
    return Math.max(this.#last + 1, Math.floor(this.#now() + this.#ahead));
  }

  /** Gives `next` to something. */
  take(): number {
    this.#last = this.next;
    return this.#last;
  }

  /** Another node's time was heard of. */
  hear(time: number): void {
    const heard = Math.min(time, latest);
    this.#last = Math.max(this.#last, heard);
    this.#ahead = Math.max(this.#ahead, heard - this.#now());
  }
}
