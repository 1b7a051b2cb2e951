import type { PreparedMessage } from "@exws/frame";

/** A place in the history of a channel: how many messages it had seen. The epoch tells one history from the next. */
export type Position = { readonly epoch: string; readonly offset: number };

/** Where a replay begins: behind a place, or with the oldest message that is kept. */
export type Since = Position | "oldest";

/** What a history keeps; older messages go first. */
export type HistoryBounds = {
  readonly count: number;
  /** Of whole frames. */
  readonly bytes: number;
  /** In milliseconds. */
  readonly age: number;
};

type Entry = { readonly message: PreparedMessage; readonly time: number };

/** Entries that are gone before the array is cut. */
const slack = 32;

/** The last messages of one channel, each with an offset one higher than the one before. The clock is an argument. */
export class History {
  readonly #epoch: string;
  readonly #bounds: HistoryBounds;
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;
  #offset: number;
  #isWhole: boolean;

  /** `offset` messages were there before; `isWhole` says that none of them would be kept, had they been added here. */
  constructor(epoch: string, bounds: HistoryBounds, offset = 0, isWhole: boolean = offset === 0) {
    this.#epoch = epoch;
    this.#bounds = bounds;
    this.#offset = offset;
    this.#isWhole = isWhole;
  }

  /** The place behind the newest message. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** The place that the next message will have. */
  get next(): Position {
    return { epoch: this.#epoch, offset: this.#offset + 1 };
  }

  /** Messages that are kept. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Adds a message at the place `next`. */
  add(message: PreparedMessage, now: number): void {
    this.#offset++;
    this.#entries.push({ message, time: now });
    this.#bytes += message.bytes.length;
    while (this.size > this.#bounds.count || this.#bytes > this.#bounds.bytes) this.#drop();
    this.expire(now);
  }

  /** Forgets what is too old. */
  expire(now: number): void {
    while (this.size > 0 && now - this.#entries[this.#head]!.time > this.#bounds.age) this.#drop();
  }

  /**
   * All messages behind a place, or `undefined` when they are not all here: the place is older than what is kept, is of
   * another history, or is none. It may come from a client as it is. `"oldest"`: all that should be kept.
   */
  since(place: unknown, now: number): PreparedMessage[] | undefined {
    this.expire(now);
    if (place === "oldest") return this.#isWhole ? this.#last(this.size) : undefined;
    const { epoch, offset } = (place ?? {}) as Partial<Record<keyof Position, unknown>>;
    if (epoch !== this.#epoch || !Number.isInteger(offset)) return undefined;
    const missed = this.#offset - (offset as number);
    if (missed < 0 || missed > this.size) return undefined;
    return this.#last(missed);
  }

  #last(count: number): PreparedMessage[] {
    return this.#entries.slice(this.#entries.length - count).map(({ message }) => message);
  }

  #drop(): void {
    // Whatever was before it is older, and would have gone before it.
    this.#isWhole = true;
    this.#bytes -= this.#entries[this.#head++]!.message.bytes.length;
    if (this.#head > slack && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
