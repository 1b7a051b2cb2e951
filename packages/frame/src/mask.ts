/** From this many octets on, a view of 32-bit words pays for itself. */
const wordsPay = 96;

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The key as it applies from the octet `phase` of the payload on. */
function rotate(key: number, phase: number): number {
  const bits = (phase & 3) * 8;
  return bits === 0 ? key : (key << bits) | (key >>> (32 - bits));
}

/**
 * Masks or unmasks octets in place: the same operation (RFC 6455 §5.3).
 *
 * `key` is a 32-bit integer, first octet of the masking key highest. `phase` is the position of `bytes[start]` in the
 * payload, for a payload that comes in pieces.
 */
export function applyMask(
  bytes: Uint8Array,
  key: number,
  start = 0,
  end: number = bytes.length,
  phase = 0,
): void {
  if (end - start < wordsPay || !littleEndian) {
    maskOctets(bytes, start, bytes, start, end, rotate(key, phase));
    return;
  }
  const misaligned = (bytes.byteOffset + start) & 3;
  const wordStart = misaligned === 0 ? start : start + 4 - misaligned;
  if (wordStart > start) maskOctets(bytes, start, bytes, start, wordStart, rotate(key, phase));
  const k = rotate(key, phase + wordStart - start);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + wordStart, (end - wordStart) >> 2);
  const swapped = (k << 24) | ((k & 0xff00) << 8) | ((k >>> 8) & 0xff00) | (k >>> 24);
  const count = words.length;
  for (let i = 0; i < count; i++) words[i] = words[i]! ^ swapped;
  const done = wordStart + count * 4;
  if (done < end) maskOctets(bytes, done, bytes, done, end, k);
}

/**
 * Copies `source[start, end)` to `target` at `at`, unmasked. The source is left as it was.
 * `phase` is the position of `source[start]` in the payload.
 */
export function copyUnmasked(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
): void {
  if (end - start < wordsPay) {
    maskOctets(target, at, source, start, end, rotate(key, phase));
    return;
  }
  // A native copy and a pass over aligned words beat one pass over unaligned octets.
  target.set(source.subarray(start, end), at);
  if (key !== 0) applyMask(target, key, at, at + end - start, phase);
}

/**
 * {@link copyUnmasked} for short text: returns the bitwise OR of all octets written, which is below 0x80
 * when the text is ASCII.
 */
export function maskOctets(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
): number {
  const k0 = key >>> 24;
  const k1 = (key >>> 16) & 0xff;
  const k2 = (key >>> 8) & 0xff;
  const k3 = key & 0xff;
  let seen = 0;
  let from = start;
  let to = at;
  for (const last = end - 3; from < last; from += 4, to += 4) {
    const a = source[from]! ^ k0;
    const b = source[from + 1]! ^ k1;
    const c = source[from + 2]! ^ k2;
    const d = source[from + 3]! ^ k3;
    target[to] = a;
    target[to + 1] = b;
    target[to + 2] = c;
    target[to + 3] = d;
    seen |= a | b | c | d;
  }
  for (let shift = 24; from < end; from++, to++, shift -= 8) {
    const octet = source[from]! ^ ((key >>> shift) & 0xff);
    target[to] = octet;
    seen |= octet;
  }
  return seen;
}
