/**
 * Calls the hooks of the application one after another, in the order of what happened: never one within another, and never
 * while a broadcast is being served, so that what a hook sends comes behind it for everybody.
 */
export class HookQueue {
  readonly #onError: (error: unknown) => void;
  #waiting: (() => unknown)[] = [];
  #held = 0;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls a hook now, or as soon as it may be. */
  add(hook: () => unknown): void {
    this.#waiting.push(hook);
    if (this.#held === 0) this.#run();
  }

  /** Lets hooks wait until as many `release`. */
  hold(): void {
    this.#held++;
  }

  /** Ends one `hold`. */
  release(): void {
    this.#held--;
    if (this.#held === 0 && this.#waiting.length > 0) this.#run();
  }

  /** Tells the application of an error. */
  report(error: unknown): void {
    try {
      this.#onError(error);
    } catch {
      // Whoever is told of errors has nobody to tell of their own.
    }
  }

  #run(): void {
    this.#held++;
    for (let i = 0; i < this.#waiting.length; i++) {
      try {
        const result = this.#waiting[i]!();
        if (result instanceof Promise) result.catch((error: unknown) => this.report(error));
      } catch (error) {
        this.report(error);
      }
    }
    this.#waiting = [];
    this.#held--;
  }
}
