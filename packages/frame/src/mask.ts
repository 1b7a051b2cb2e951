import { copyOctets } from "./copy-octets.ts";
import { maskReceived } from "./receive-buffer.ts";

/** From this many octets on, a view of 32-bit words pays for itself. */
const wordsPay = 96;

/** A masking key as it stands in memory, octet by octet and as one word: right on machines of either byte order. */
const keyOctets = new Uint8Array(4);
const keyWord = new Int32Array(keyOctets.buffer);

/**
 * Masks or unmasks octets in place: the same operation (RFC 6455 §5.3).
 *
 * `key` is a 32-bit integer, signed or not, the first octet of the masking key highest. `phase` is the position of
 * `bytes[start]` in the payload, for a payload that comes in pieces.
 */
export function applyMask(
  bytes: Uint8Array,
  key: number,
  start = 0,
  end: number = bytes.length,
  phase = 0,
): void {
  const rotated = rotate(key, phase);
  if (end - start < wordsPay) maskOctets(bytes, start, bytes, start, end, rotated);
  else maskWords(bytes, start, end, rotated);
}

/**
 * Copies `source[start, end)` to `target` at `at`, masked or unmasked. The source is left as it was, unless it
 * is the receive buffer, which is masked where it stands; the two may not overlap. `phase` is the position of `source[start]` in the payload.
 */
export function copyMasked(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
): void {
  const rotated = rotate(key, phase);
  if (end - start < wordsPay) {
    maskOctets(target, at, source, start, end, rotated);
    return;
  }
  const unmasked = key === 0 || maskReceived(source, start, end, rotated);
  // A native copy and a pass over aligned words beat one pass over unaligned octets.
  copyOctets(target, at, source, start, end);
  if (!unmasked) maskWords(target, at, at + end - start, rotated);
}

/**
 * Copies octets, masked or unmasked, one by one; `target` may be `source` when `at` is `start`. Returns the bitwise
 * OR of all that was written, which is below 0x80 when it is ASCII.
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

/** Masks in place by aligned 32-bit words, and octet by octet what stands before the first and after the last. */
function maskWords(bytes: Uint8Array, start: number, end: number, key: number): void {
  const lead = -(bytes.byteOffset + start) & 3;
  const first = start + lead;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + first, (end - first) >> 2);
  const k = rotate(key, lead);
  keyOctets[0] = k >>> 24;
  keyOctets[1] = k >>> 16;
  keyOctets[2] = k >>> 8;
  keyOctets[3] = k;
  const word = keyWord[0]!;
  const count = words.length;
  for (let i = 0; i < count; i++) words[i] = words[i]! ^ word;
  const rest = first + count * 4;
  maskOctets(bytes, start, bytes, start, first, key);
  maskOctets(bytes, rest, bytes, rest, end, k);
}

/** The key as it applies from the octet `phase` of the payload on. */
function rotate(key: number, phase: number): number {
  const bits = (phase & 3) * 8;
  // A shift by 32 is one by 0, so that `bits` of 0 gives `key | key`.
  return (key << bits) | (key >>> (32 - bits));
}
