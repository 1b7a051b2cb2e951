const slabSize = 65_536;
/** Larger payloads get memory of their own: a slab would be used up by a few of them. */
const slabShare = 8_192;
/** Typed arrays up to this size live on the JavaScript heap and need no slab. */
const onHeap = 64;

/** Where decoders put payloads. A server hands in memory that costs less than what any runtime has. */
export interface PayloadMemory {
  /** Memory for one payload, for the receiver to keep. What it holds does not matter, and others may have parts of its buffer. */
  take(length: number): Uint8Array<ArrayBuffer>;
  /**
   * The same with a short payload in it, copied from `source` and unmasked by `key`; `undefined` when there is no faster way
   * to do that than octet by octet.
   */
  takeUnmasked?(
    source: Uint8Array,
    start: number,
    length: number,
    key: number,
  ): Uint8Array<ArrayBuffer> | undefined;
  /** Memory that is shared with nobody: for a payload that may grow yet. */
  takeWhole(length: number): Uint8Array<ArrayBuffer>;
  /** Memory of at least so many octets for a payload that the receiver does not get: to be given back. */
  borrow(length: number): Uint8Array<ArrayBuffer>;
  /** Takes back what was borrowed; nobody uses it any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void;
}

let slab = new ArrayBuffer(0);
let used = 0;

/**
 * Zeroed memory for one payload. Small payloads are cut from a shared slab, so that a payload that is kept holds on to
 * 64 KiB at most beyond its own size.
 */
function take(length: number): Uint8Array<ArrayBuffer> {
  if (length <= onHeap || length > slabShare) return takeWhole(length);
  if (used + length > slab.byteLength) {
    slab = new ArrayBuffer(slabSize);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, length);
  used += (length + 7) & ~7; // keeps the next payload aligned for masking by words
  return bytes;
}

function takeWhole(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

/** For decoders that are given no memory. */
export const commonMemory: PayloadMemory = {
  take,
  takeWhole,
  borrow: takeWhole,
  giveBack() {},
};
