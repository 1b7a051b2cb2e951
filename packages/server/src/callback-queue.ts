/** Whose callbacks a {@link CallbackQueue} runs. */
export interface CallbackTarget<Item> {
  /** Runs the callback for an item; may throw, and may return a promise. */
  call(item: Item): unknown;
  /** A callback threw or rejected. */
  onFailure(error: unknown): void;
  /** Fewer items wait than before. */
  onProgress(): void;
}

/** Items that wait: those from `head` on, and their sizes added up. */
type Waiting<Item> = { readonly items: { item: Item; size: number }[]; head: number; bytes: number };

const running = 1;
const pending = 2;
const held = 4;

/**
 * Runs the callbacks of one connection one at a time: while one is pending, or the queue is held, what comes waits.
 * When nothing waits it costs a call and keeps nothing.
 */
export class CallbackQueue<Item> {
  readonly #target: CallbackTarget<Item>;
  #waiting: Waiting<Item> | undefined;
  /** What keeps items waiting, as bits: a queue stands idle in every connection. */
  #state = 0;

  constructor(target: CallbackTarget<Item>) {
    this.#target = target;
  }

  /** Items that wait. */
  get length(): number {
    return this.#waiting === undefined ? 0 : this.#waiting.items.length - this.#waiting.head;
  }

  /** The sizes of the items that wait, added up. */
  get bytes(): number {
    return this.#waiting === undefined ? 0 : this.#waiting.bytes;
  }

  /** A promise of a callback is pending. */
  get isPending(): boolean {
    return (this.#state & pending) !== 0;
  }

  /** Runs the callback for an item, now or after those before it. */
  add(item: Item, size: number): void {
    if (this.#waiting === undefined && this.#state === 0) {
      this.#run(item);
      // What came during the callback.
      if (this.#waiting !== undefined) this.#runWaiting();
      return;
    }
    this.#waiting ??= { items: [], head: 0, bytes: 0 };
    this.#waiting.items.push({ item, size });
    this.#waiting.bytes += size;
  }

  /** Runs the callback for an item in spite of one that is pending; items that wait are forgotten. */
  overtake(item: Item): void {
    this.clear();
    this.#state &= ~pending;
    this.#run(item);
  }

  /** Lets items wait until `release`. */
  hold(): void {
    this.#state |= held;
  }

  /** Ends `hold` and runs what waits. */
  release(): void {
    this.#state &= ~held;
    this.#runWaiting();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = undefined;
  }

  #run(item: Item): void {
    this.#state |= running;
    try {
      const result = this.#target.call(item);
      if (isPromise(result)) {
        this.#state |= pending;
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
    this.#state &= ~running;
  }

  #settled(): void {
    this.#state &= ~pending;
    this.#runWaiting();
  }

  #runWaiting(): void {
    if ((this.#state & running) !== 0) return;
    while (this.#waiting !== undefined && (this.#state & (pending | held)) === 0) {
      const waiting = this.#waiting;
      const { item, size } = waiting.items[waiting.head++]!;
      waiting.bytes -= size;
      if (waiting.head === waiting.items.length) this.clear();
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
