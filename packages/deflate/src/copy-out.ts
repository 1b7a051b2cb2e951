const slabSize = 65_536;
/** Larger results get memory of their own: a slab would be used up by a few of them. */
const slabShare = 8_192;

let slab = new Uint8Array(0);
let used = 0;

/**
 * The first `length` octets of a buffer that is used again, in memory for the receiver to keep. Small results share slabs,
 * because memory of its own costs three times as much; one that is kept holds on to 64 KiB at most beyond its own size.
 */
export function copyOut(buffer: Uint8Array, length: number): Uint8Array {
  if (length > slabShare) return buffer.slice(0, length);
  if (used + length > slab.length) {
    slab = new Uint8Array(slabSize);
    used = 0;
  }
  const copy = slab.subarray(used, used + length);
  copy.set(buffer.subarray(0, length));
  used += length;
  return copy;
}
