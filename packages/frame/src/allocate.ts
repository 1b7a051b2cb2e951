const slabSize = 65_536;
/** Larger payloads get memory of their own: a slab would be used up by a few of them. */
const slabShare = 8_192;
/** Typed arrays up to this size live on the JavaScript heap and need no slab. */
const onHeap = 64;

let slab = new ArrayBuffer(0);
let used = 0;

/**
 * Zeroed memory for one payload, for the receiver to keep. Small payloads are cut from a shared slab, so that a
 * payload that is kept holds on to 64 KiB at most beyond its own size.
 */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  if (length <= onHeap || length > slabShare) return new Uint8Array(length);
  if (used + length > slab.byteLength) {
    slab = new ArrayBuffer(slabSize);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, length);
  used += (length + 7) & ~7; // keeps the next payload aligned for masking by words
  return bytes;
}
