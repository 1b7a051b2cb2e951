/** Whose callbacks a {@link CallbackQueue} runs. */
export interface CallbackTarget<Item> {
  /** Runs the callback for an item; may throw, and may return a promise. */
  call(item: Item): unknown;
  /** A callback threw or rejected. */
  onFailure(error: unknown): void;
  /** Fewer items wait than before. */
  onProgress(): void;
}

/**
 * Runs the callbacks of one connection one at a time: while one is pending, or the queue is held, what comes waits.
 * When nothing waits it costs a call and keeps nothing.
 */
export class CallbackQueue<Item> {
  readonly #target: CallbackTarget<Item>;
  #items: { item: Item; size: number }[] | undefined;
  #head = 0;
  #bytes = 0;
  #running = false;
  #pending = false;
  #held = false;

  constructor(target: CallbackTarget<Item>) {
    this.#target = target;
  }

  /** Items that wait. */
  get length(): number {
    return this.#items === undefined ? 0 : this.#items.length - this.#head;
  }

  /** The sizes of the items that wait, added up. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A promise of a callback is pending. */
  get isPending(): boolean {
    return this.#pending;
  }

  /** Runs the callback for an item, now or after those before it. */
  add(item: Item, size: number): void {
    if (this.#items === undefined && !this.#running && !this.#pending && !this.#held) {
      this.#run(item);
      // What came during the callback.
      if (this.#items !== undefined) this.#runWaiting();
      return;
    }
    this.#items ??= [];
    this.#items.push({ item, size });
    this.#bytes += size;
  }

  /** Runs the callback for an item in spite of one that is pending; items that wait are forgotten. */
  overtake(item: Item): void {
    this.clear();
    this.#pending = false;
    this.#run(item);
  }

  /** Lets items wait until `release`. */
  hold(): void {
    this.#held = true;
  }

  /** Ends `hold` and runs what waits. */
  release(): void {
    this.#held = false;
    this.#runWaiting();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#items = undefined;
    this.#head = this.#bytes = 0;
  }

  #run(item: Item): void {
    this.#running = true;
    try {
      const result = this.#target.call(item);
      if (isPromise(result)) {
        this.#pending = true;
        // Whatever the application calls a promise settles once, and not before we are done here.
        Promise.resolve(result).then(
          () => this.#settled(),
          (error: unknown) => {
            this.#target.onFailure(error);
            this.#settled();
          },
        );
      }
    } catch (error) {
      this.#target.onFailure(error);
    }
    this.#running = false;
  }

  #settled(): void {
    this.#pending = false;
    this.#runWaiting();
  }

  #runWaiting(): void {
    if (this.#running) return;
    while (this.#items !== undefined && !this.#pending && !this.#held) {
      const { item, size } = this.#items[this.#head++]!;
      this.#bytes -= size;
      if (this.#head === this.#items.length) this.clear();
      this.#run(item);
    }
    this.#target.onProgress();
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
