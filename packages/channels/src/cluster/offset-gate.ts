import type { Position } from "../history.ts";

/** What waits for something before it. Bytes are of the items as they were offered. */
export type GateBounds = { readonly items: number; readonly bytes: number };

/** Who stands behind a gate. */
export interface GateOwner<Item> {
  /** Gets the items, in the order of their offsets: each one higher than the one before, except after `lose`. */
  pass(position: Position, item: Item): void;
  /** So many items before the next one are gone from the log: nobody can have them any more. */
  lose(lost: number): void;
}

type Waiting<Item> = { readonly item: Item; readonly bytes: number; readonly reading: number };

/**
 * Lets the entries of a log through in the order of their offsets, once each, whatever the order in which they come. When one is
 * missing, the others wait and `isBehind` says that the log should be read; what was read is put in with `fill`.
 */
export class OffsetGate<Item> {
  readonly #owner: GateOwner<Item>;
  readonly #bounds: GateBounds;
  readonly #waiting = new Map<number, Waiting<Item>>();
  #bytes = 0;
  #epoch: string;
  #offset: number;
  /** Counts the readings of the log. */
  #reading = 0;
  /** Since the last reading: the highest offset that was heard of, and whether something else speaks for a reading. */
  #heard = 0;
  #isUnread = false;

  /** It begins behind a place of the log. */
  constructor({ epoch, offset }: Position, bounds: GateBounds, owner: GateOwner<Item>) {
    this.#epoch = epoch;
    this.#offset = offset;
    this.#bounds = bounds;
    this.#owner = owner;
  }

  /** The place behind what was let through last. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** There is more in the log than what was let through, since the last `read`. */
  get isBehind(): boolean {
    return this.#isUnread || this.#heard > this.#offset;
  }

  /** How many items wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** An entry has come. It is kept if it has to wait and there is room: else it is in the log. */
  offer(position: Position, item: Item, bytes: number): void {
    const { epoch, offset } = position;
    if (epoch === this.#epoch && offset === this.#offset + 1) {
      this.#pass(item);
      this.#drain();
      return;
    }
    this.reach(position);
    if (epoch !== this.#epoch || offset <= this.#offset) return;
    const { items, bytes: limit } = this.#bounds;
    if (this.#waiting.has(offset) || this.#waiting.size >= items || this.#bytes + bytes > limit) return;
    this.#waiting.set(offset, { item, bytes, reading: this.#reading });
    this.#bytes += bytes;
  }

  /** The log is at a place. */
  reach({ epoch, offset }: Position): void {
    if (epoch !== this.#epoch) this.#isUnread = true;
    else this.#heard = Math.max(this.#heard, offset);
  }

  /** The log should be read, whatever was heard. */
  unread(): void {
    this.#isUnread = true;
  }

  /** The log is going to be read, from `position` on. */
  read(): void {
    this.#isUnread = false;
    this.#heard = 0;
    this.#reading++;
  }

  /**
   * What was read: where the log is, and everything behind the `position` of then, or `undefined` if it is not all there any more.
   * For a log of another epoch it is everything from its beginning.
   */
  fill({ epoch, offset }: Position, items: readonly Item[] | undefined): void {
    if (epoch !== this.#epoch) this.#restart(epoch);
    // What was waiting before the log was read, and is not in it, never was.
    for (const [each, { reading }] of this.#waiting) {
      if (each > offset && reading < this.#reading) this.#remove(each);
    }
    if (items === undefined) this.#jump(offset);
    else {
      const first = offset - items.length + 1;
      for (const item of items.slice(Math.max(0, this.#offset + 1 - first))) {
        this.#pass(item);
        this.#remove(this.#offset);
      }
    }
    this.#drain();
  }

  #restart(epoch: string): void {
    this.#epoch = epoch;
    this.#offset = 0;
    this.#heard = 0;
    this.#waiting.clear();
    this.#bytes = 0;
  }

  /** Goes on with what waits up to the end of the log, if that is all there, or else behind the end. */
  #jump(end: number): void {
    if (end <= this.#offset) return;
    let next = end + 1;
    while (next - 1 > this.#offset && this.#waiting.has(next - 1)) next--;
    const lost = next - 1 - this.#offset;
    for (const each of this.#waiting.keys()) if (each < next) this.#remove(each);
    this.#offset = next - 1;
    if (lost > 0) this.#owner.lose(lost);
  }

  #drain(): void {
    while (true) {
      const next = this.#waiting.get(this.#offset + 1);
      if (next === undefined) return;
      this.#remove(this.#offset + 1);
      this.#pass(next.item);
    }
  }

  #remove(offset: number): void {
    this.#bytes -= this.#waiting.get(offset)?.bytes ?? 0;
    this.#waiting.delete(offset);
  }

  #pass(item: Item): void {
    this.#offset++;
    this.#remove(this.#offset);
    this.#owner.pass(this.position, item);
  }
}
