import { copyMasked } from "./mask.ts";
import type { PayloadMemory } from "./payload-memory.ts";

const empty = new Uint8Array(0);

/** What an unfinished payload starts with, in octets. */
const firstCapacity = 256;
/** How far memory may run ahead of the octets that have really come. */
const growth = 16;
/** Capacity left over that is worth a copy to be rid of. */
const slack = 16_384;

/**
 * Collects a payload that comes in pieces, in one growing stretch of memory: never an array of parts, so that a
 * million fragments of one octet cost a million octets. An announced length is a claim of the peer: memory follows
 * the octets that came, at most sixteen times ahead, and never goes beyond the limit.
 */
export class PayloadBuffer {
  readonly #memory: PayloadMemory;
  readonly #kept: boolean;
  #bytes: Uint8Array<ArrayBuffer> = empty;
  #length = 0;
  #expected = 0;
  #limit: number;

  /** `limit` is the most octets that the payload may come to; a payload that is not `kept` has to be released. */
  constructor(limit: number, memory: PayloadMemory, kept = true) {
    this.#limit = limit;
    this.#memory = memory;
    this.#kept = kept;
  }

  /** Octets collected so far. */
  get length(): number {
    return this.#length;
  }

  /** Octets of memory held. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** The memory behind the payload; the octets from `length` on mean nothing. Moves when it grows. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Announces `length` octets after those that are here, and whether they are the last. */
  expect(length: number, last: boolean): void {
    this.#expected = this.#length + length;
    if (last) this.#limit = this.#expected;
  }

  /** Appends `source[start, end)`, of what was announced, unmasked with `key` from `phase` on. The source is copied. */
  append(source: Uint8Array, start: number, end: number, key: number, phase: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length);
    copyMasked(this.#bytes, this.#length, source, start, end, key, phase);
    this.#length = length;
  }

  /** The payload, which is the caller's from now on: nothing may be appended any more. */
  take(): Uint8Array {
    const { length } = this.#bytes;
    if (this.#length === length) return this.#bytes;
    return this.#kept && length - this.#length > slack
      ? this.#bytes.slice(0, this.#length)
      : this.#bytes.subarray(0, this.#length);
  }

  /** Lets go of the memory, which is given back when the payload is not kept. */
  release(): void {
    if (!this.#kept) this.#memory.giveBack(this.#bytes);
    this.#bytes = empty;
  }

  /** Makes room for `length` octets at least. Capacity doubles at least, which keeps the copying linear. */
  #grow(length: number): void {
    const announced = Math.min(this.#expected, length * growth);
    const doubled = Math.max(this.#bytes.length * 2, firstCapacity);
    const capacity = Math.max(announced, Math.min(doubled, this.#limit));
    const bytes = this.#kept ? this.#memory.takeWhole(capacity) : this.#memory.borrow(capacity);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.release();
    this.#bytes = bytes;
  }
}
