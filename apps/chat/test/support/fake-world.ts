import type { Timer, World } from "../../src/client/world.ts";

type Alarm = { readonly at: number; readonly run: () => void };

/** A clock that stands still until it is told to go on, and chance that is always the same. */
export class FakeWorld implements World {
  #now = 1_000_000;
  #alarms = new Set<Alarm>();
  chance = 1;

  now(): number {
    return this.#now;
  }

  setTimer(run: () => void, milliseconds: number): Timer {
    const alarm = { at: this.#now + milliseconds, run };
    this.#alarms.add(alarm);
    return alarm as unknown as Timer;
  }

  clearTimer(timer: Timer | undefined): void {
    this.#alarms.delete(timer as unknown as Alarm);
  }

  random(): number {
    return this.chance;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#alarms.size;
  }

  /** Lets time pass; timers run when it is their time. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = next.at;
      this.#alarms.delete(next);
      next.run();
    }
    this.#now = end;
  }
}
