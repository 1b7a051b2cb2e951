import type { Timer, World } from "./world.ts";

/** How long somebody counts as typing after the last word of it. */
const shown = 5_000;

/** Who is typing in a room. */
export class Typists {
  readonly #world: World;
  readonly #changed: () => void;
  readonly #timers = new Map<string, Timer>();

  constructor(world: World, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
  }

  /** The ids of those who are, the first to begin first. */
  get ids(): readonly string[] {
    return [...this.#timers.keys()];
  }

  /** Somebody is, for some seconds. */
  add(person: string): void {
    this.#world.clearTimer(this.#timers.get(person));
    const timer = this.#world.setTimer(() => {
      this.remove(person);
      this.#changed();
    }, shown);
    this.#timers.set(person, timer);
  }

  /** Somebody has said it, or gone. */
  remove(person: string): void {
    this.#world.clearTimer(this.#timers.get(person));
    this.#timers.delete(person);
  }

  /** Nothing is known of anybody any more. */
  clear(): void {
    for (const person of this.ids) this.remove(person);
  }
}
