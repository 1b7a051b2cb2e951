import { allocate } from "./allocate.ts";
import { copyUnmasked } from "./mask.ts";

const empty = new Uint8Array(0);

/** What an unfinished payload starts with, in octets. */
const firstCapacity = 256;
/** How far memory may run ahead of the octets that have really come. */
const growth = 4;
/** Capacity left over that is worth a copy to be rid of. */
const slack = 16_384;

/**
 * Collects a payload that comes in pieces, in one growing stretch of memory: never an array of parts, so that a
 * million fragments of one octet cost a million octets. An announced length is a claim of the peer: memory follows
 * the octets that came, at most four times ahead.
 */
export class PayloadBuffer {
  #bytes: Uint8Array = empty;
  #length = 0;

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

  /**
   * Appends `source[start, end)`, unmasked with `key` from `phase` on. `expected` is the whole length that the
   * peer has announced, which must not be less than what is there after this call. The source is copied.
   */
  append(source: Uint8Array, start: number, end: number, key: number, phase: number, expected: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length, expected);
    copyUnmasked(this.#bytes, this.#length, source, start, end, key, phase);
    this.#length = length;
  }

  /** The payload, which is the caller's from now on. */
  take(): Uint8Array {
    const { length } = this.#bytes;
    if (this.#length === length) return this.#bytes;
    return length - this.#length > slack
      ? this.#bytes.slice(0, this.#length)
      : this.#bytes.subarray(0, this.#length);
  }

  #grow(length: number, expected: number): void {
    const announced = Math.min(expected, length * growth);
    // Between fragments nothing is announced: doubling keeps the copying linear.
    const doubled = Math.min(this.#bytes.length * 2, length * growth);
    const capacity = expected > length ? announced : Math.max(length, doubled, firstCapacity);
    const bytes = this.#length === 0 && capacity === length ? allocate(capacity) : new Uint8Array(capacity);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}
