import { fairNow } from "./fair-clock.ts";

/** A timer that has not run out. */
export type Timer = {
  readonly deadline: number;
  /** When it runs out on the real clock at the latest. */
  readonly latest: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout | undefined;
};

/**
 * The timers of one connection. They run on the fair clock, but never for more than twice their time; what the peer sent
 * before one runs out is read before; and they run out in the order of their deadlines, however late that is.
 */
export class Timers {
  readonly #pending = new Set<Timer>();

  /** Runs `callback` after `seconds`. */
  start(seconds: number, callback: () => void): Timer {
    const milliseconds = seconds * 1000;
    const deadline = fairNow() + milliseconds;
    const latest = performance.now() + 2 * milliseconds;
    const timer: Timer = { deadline, latest, callback, handle: undefined };
    this.#pending.add(timer);
    this.#wait(timer, milliseconds);
    return timer;
  }

  stop(timer: Timer | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer.handle);
    this.#pending.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.#pending) this.stop(timer);
  }

  #wait(timer: Timer, milliseconds: number): void {
    timer.handle = setTimeout(() => setImmediate(() => this.#look(timer)), milliseconds);
  }

  #look(timer: Timer): void {
    if (!this.#pending.has(timer)) return;
    const left = Math.min(timer.deadline - fairNow(), timer.latest - performance.now());
    if (left > 1) {
      this.#wait(timer, left);
      return;
    }
    const due = [...this.#pending].filter(({ deadline }) => deadline <= timer.deadline);
    for (const one of due.toSorted((a, b) => a.deadline - b.deadline)) {
      if (!this.#pending.has(one)) continue;
      this.stop(one);
      one.callback();
    }
  }
}
