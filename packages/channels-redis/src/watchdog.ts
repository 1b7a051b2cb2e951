/** How often a connection is asked whether it lives, and how long it may take to show it. In milliseconds. */
export type Heartbeat = { readonly interval: number; readonly timeout: number };

/** Notices a connection that is open and dead. Anything that is heard shows life, not only the answer to a ping. */
export class Watchdog {
  readonly #heartbeat: Heartbeat;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: NodeJS.Timeout | undefined;
  #heard = true;
  #stopped = false;

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
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#heard = false;
      this.#timer = setTimeout(() => this.#judge(), this.#heartbeat.timeout);
      this.#ping();
    }, this.#heartbeat.interval);
  }

  /** If we ourselves stood still, what came meanwhile is not read yet: it is in the turn of the event loop that follows. */
  #judge(): void {
    setImmediate(() =>
      setImmediate(() => {
        if (this.#stopped) return;
        if (this.#heard) this.#rest();
        else this.#dead();
      }),
    );
  }
}
