const schedule = new Int32Array(80); // Scratch, written before it is read: no call can see another's.

/**
 * Gives the 20 octets of a message's SHA-1 (FIPS 180-4 §6.1), in `digest`. For `acceptKey` only: SHA-1 protects nothing.
 */
export function sha1(message: Uint8Array, digest: Uint8Array = new Uint8Array(20)): Uint8Array {
  let h0 = 0x67452301;
  let h1 = 0xefcdab89 | 0;
  let h2 = 0x98badcfe | 0;
  let h3 = 0x10325476;
  let h4 = 0xc3d2e1f0 | 0;
  const padded = Math.ceil((message.length + 9) / 64) * 64;
  for (let block = 0; block < padded; block += 64) {
    expand(message, block, padded);
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    // One loop for each function and constant (§4.1.1, §4.2.1).
    for (let t = 0; t < 20; t++) {
      const next = (rotate(a, 5) + ((b & c) | (~b & d)) + 0x5a827999 + e + schedule[t]!) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    for (let t = 20; t < 40; t++) {
      const next = (rotate(a, 5) + (b ^ c ^ d) + 0x6ed9eba1 + e + schedule[t]!) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    for (let t = 40; t < 60; t++) {
      const next = (rotate(a, 5) + ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc + e + schedule[t]!) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    for (let t = 60; t < 80; t++) {
      const next = (rotate(a, 5) + (b ^ c ^ d) + 0xca62c1d6 + e + schedule[t]!) | 0;
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
  writeWord(digest, 0, h0);
  writeWord(digest, 4, h1);
  writeWord(digest, 8, h2);
  writeWord(digest, 12, h3);
  writeWord(digest, 16, h4);
  return digest;
}

/** The words of one block of the padded message, and those that follow from them (§5.1.1, §6.1.2). */
function expand(message: Uint8Array, block: number, padded: number): void {
  for (let t = 0; t < 16; t++) {
    const at = block + 4 * t;
    schedule[t] =
      (octet(message, at) << 24) |
      (octet(message, at + 1) << 16) |
      (octet(message, at + 2) << 8) |
      octet(message, at + 3);
  }
  if (block + 64 === padded) {
    // The length in bits.
    schedule[14] = message.length / 0x20000000;
    schedule[15] = message.length << 3;
  }
  for (let t = 16; t < 80; t++) {
    schedule[t] = rotate(schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!, 1);
  }
}

/** The message, one bit, zeros. */
function octet(message: Uint8Array, at: number): number {
  if (at < message.length) return message[at]!;
  return at === message.length ? 0x80 : 0;
}

function writeWord(target: Uint8Array, at: number, word: number): void {
  target[at] = word >>> 24;
  target[at + 1] = word >>> 16;
  target[at + 2] = word >>> 8;
  target[at + 3] = word;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
