const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const keys = new Uint32Array(2048);
let nextKey = keys.length;

/** A random masking key of 32 bits that nobody can guess (RFC 6455 §10.3). */
export function freshKey(): number {
  if (nextKey === keys.length) {
    crypto.getRandomValues(keys);
    nextKey = 0;
  }
  return keys[nextKey++]!;
}

/**
 * Masks or unmasks octets where they are (RFC 6455 §5.3). `key` is a number whose highest octet comes first on the
 * wire; `phase` says how many octets of the payload came before.
 */
export function mask(octets: Uint8Array, key: number, phase = 0): void {
  const shift = (phase & 3) * 8;
  const turned = shift === 0 ? key : (key << shift) | (key >>> (32 - shift));
  let at = 0;
  const lead = Math.min((4 - (octets.byteOffset & 3)) & 3, octets.length);
  for (; at < lead; at++) octets[at]! ^= turned >>> (24 - 8 * (at & 3));
  const words = (octets.length - at) >>> 2;
  if (words > 0) {
    const skew = at * 8;
    const first = skew === 0 ? turned : (turned << skew) | (turned >>> (32 - skew));
    const word = littleEndian ? swap(first) : first;
    const view = new Int32Array(octets.buffer, octets.byteOffset + at, words);
    for (let n = 0; n < words; n++) view[n]! ^= word;
    at += words * 4;
  }
  for (; at < octets.length; at++) octets[at]! ^= turned >>> (24 - 8 * (at & 3));
}

function swap(word: number): number {
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff_0000) | (word << 24);
}
