/** How often a connection is asked whether it lives, and how long it may take to show it. In milliseconds. */
export type Heartbeat = { readonly interval: number; readonly timeout: number };

/** Parts that the time for an answer is counted in. */
const ticks = 4;

/**
 * Notices a connection that is open and dead. Anything that is heard shows life, not only the answer to a ping. Time in which this
 * process itself stood still does not count: however long it was, it is one tick.
 */
export class Watchdog {
  readonly #heartbeat: Heartbeat;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: NodeJS.Timeout | undefined;
  #heard = false;

  constructor(heartbeat: Heartbeat, ping: () => void, dead: () => void) {
    this.#heartbeat = heartbeat;
    this.#ping = ping;
    this.#dead = dead;
    this.#rest();
  }

  /** Something came. */
  hear(): void {
    this.#heard = true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#heard = false;
      this.#wait(ticks);
      this.#ping();
    }, this.#heartbeat.interval);
  }

  #wait(left: number): void {
    if (this.#heard) this.#rest();
    else if (left === 0) this.#dead();
    else this.#timer = setTimeout(() => this.#wait(left - 1), this.#heartbeat.timeout / ticks);
  }
}
