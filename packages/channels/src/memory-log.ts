import type { LogBounds, LogReading } from "./bus-log.ts";
import type { Position, Since } from "./history.ts";

/** The log of one topic of a {@link MemoryHub}. */
export class MemoryLog {
  readonly #epoch: string = crypto.randomUUID();
  #entries: { readonly entry: Uint8Array; readonly time: number }[] = [];
  #bytes = 0;
  #offset = 0;

  /** Adds an entry; forgets what exceeds the bounds. */
  append(entry: Uint8Array, bounds: LogBounds, now: number): Position {
    this.#offset++;
    this.#entries.push({ entry: entry.slice(), time: now });
    this.#bytes += entry.length;
    this.#trim(bounds, now);
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** Tells where the log is, and what is behind a place. */
  read(after: Since | undefined, bounds: LogBounds, now: number): LogReading {
    this.#trim(bounds, now);
    const position = { epoch: this.#epoch, offset: this.#offset };
    if (after === "oldest") return { position, entries: this.#last(this.#entries.length) };
    const missed = this.#offset - (after?.offset ?? Number.NaN);
    const isThere =
      after?.epoch === this.#epoch &&
      Number.isInteger(missed) &&
      missed >= 0 &&
      missed <= this.#entries.length;
    if (!isThere) return { position, entries: undefined };
    return { position, entries: this.#last(missed) };
  }

  #last(count: number): Uint8Array[] {
    return this.#entries.slice(this.#entries.length - count).map(({ entry }) => entry.slice());
  }

  #trim({ count, bytes, age }: LogBounds, now: number): void {
    while (this.#entries.length > 0) {
      const { entry, time } = this.#entries[0]!;
      if (this.#entries.length <= count && this.#bytes <= bytes && now - time <= age) return;
      this.#bytes -= entry.length;
      this.#entries.shift();
    }
  }
}
