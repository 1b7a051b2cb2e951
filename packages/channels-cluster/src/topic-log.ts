import { randomUUID } from "node:crypto";
import type { LogBounds, LogReading, Position, Since } from "@exws/channels";

type Entry = { readonly bytes: Uint8Array; readonly time: number };

/** Entries that are gone before the array is cut. */
const slack = 64;

/** What the relay remembers of one topic. Times are milliseconds of a clock that never goes back. */
export class TopicLog {
  readonly #epoch: string = randomUUID();
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;
  #offset = 0;
  #last: number;
  #bounds: LogBounds;

  constructor(bounds: LogBounds, now: number) {
    this.#bounds = bounds;
    this.#last = now;
  }

  /** Adds an entry; the bytes must not change any more. */
  append(bytes: Uint8Array, bounds: LogBounds, now: number): Position {
    this.#offset++;
    this.#last = now;
    this.#entries.push({ bytes, time: now });
    this.#bytes += bytes.length;
    this.#trim(bounds, now);
    return this.#position();
  }

  /** Tells where it is, and what is behind a place, or all. */
  read(after: Since | undefined, bounds: LogBounds, now: number): LogReading {
    this.#trim(bounds, now);
    const there = this.#entries.length - this.#head;
    if (after === "oldest") return { position: this.#position(), entries: this.#newest(there) };
    const missed = this.#offset - (after?.offset ?? Number.NaN);
    const known = after?.epoch === this.#epoch && Number.isInteger(missed) && missed >= 0 && missed <= there;
    if (!known) return { position: this.#position(), entries: undefined };
    return { position: this.#position(), entries: this.#newest(missed) };
  }

  /** Forgets what is too old by the bounds that were last given; whether nothing is left to remember. */
  isForgotten(now: number): boolean {
    this.#trim(this.#bounds, now);
    return this.#entries.length === this.#head && now - this.#last > this.#bounds.keep;
  }

  #newest(count: number): Uint8Array[] {
    return this.#entries.slice(this.#entries.length - count).map(({ bytes }) => bytes);
  }

  #position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #trim(bounds: LogBounds, now: number): void {
    this.#bounds = bounds;
    while (this.#head < this.#entries.length) {
      const { bytes, time } = this.#entries[this.#head]!;
      const size = this.#entries.length - this.#head;
      if (size <= bounds.count && this.#bytes <= bounds.bytes && now - time <= bounds.age) break;
      this.#bytes -= bytes.length;
      this.#head++;
    }
    if (this.#head > slack && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
