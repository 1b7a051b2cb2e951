const schedule = new Int32Array(80); // Scratch, written before it is read: no call can see another's.

/**
 * Gives the 20 octets of a message's SHA-1 (FIPS 180-4 §6.1). For `acceptKey` only: SHA-1 protects nothing.
 */
export function sha1(message: Uint8Array): Uint8Array {
  const words = pad(message);
  let h0 = 0x67452301;
  let h1 = 0xefcdab89 | 0;
  let h2 = 0x98badcfe | 0;
  let h3 = 0x10325476;
  let h4 = 0xc3d2e1f0 | 0;
  for (let block = 0; block < words.length; block += 16) {
    for (let t = 0; t < 16; t++) schedule[t] = words[block + t]!;
    for (let t = 16; t < 80; t++) {
      schedule[t] = rotate(schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!, 1);
    }
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    for (let t = 0; t < 80; t++) {
      const next = (rotate(a, 5) + mix(t, b, c, d) + e + schedule[t]!) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (const [i, word] of [h0, h1, h2, h3, h4].entries()) digest.setInt32(4 * i, word);
  return new Uint8Array(digest.buffer);
}

/** The message, one bit, zeros, and the length in bits, as big-endian words in blocks of 16 (§5.1.1). */
function pad(message: Uint8Array): Int32Array {
  const words = new Int32Array(Math.ceil((message.length + 9) / 64) * 16);
  for (let i = 0; i < message.length; i++) words[i >> 2]! |= message[i]! << (24 - 8 * (i & 3));
  words[message.length >> 2]! |= 0x80 << (24 - 8 * (message.length & 3));
  words[words.length - 2] = message.length / 0x20000000;
  words[words.length - 1] = message.length << 3;
  return words;
}

/** The round's function and constant (§4.1.1, §4.2.1). */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
