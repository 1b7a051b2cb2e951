import { decodeLatin1, encodeLatin1 } from "./latin1.ts";
import { sha1 } from "./sha1.ts";

const alphabet = encodeLatin1("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const isBase64 = new Uint8Array(128);
for (const octet of alphabet) isBase64[octet] = 1;

/** Octets of a key. */
const keyLength = 24;
/** Octets of what answers it. */
export const acceptLength = 28;

// Scratch, written before it is read: the key and behind it the GUID, the digest, the answer.
const message = encodeLatin1(`${" ".repeat(keyLength)}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
const digest = new Uint8Array(20);
const answer = new Uint8Array(acceptLength);

/**
 * Tells whether a string is the base64 of 16 octets (RFC 6455 §4.2.1): 22 characters and two equals signs.
 * The four bits that the last character has to spare may be anything: they are not part of the value.
 */
export function isKey(text: string): boolean {
  if (text.length !== keyLength || !text.endsWith("==")) return false;
  for (let i = 0; i < 22; i++) {
    // Above 0x7f the table has no entry.
    if (isBase64[text.charCodeAt(i)] !== 1) return false;
  }
  return true;
}

/**
 * Gives the `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key` (RFC 6455 §4.2.2). Throws a TypeError
 * for no key.
 */
export function acceptKey(key: string): string {
  writeAcceptKey(answer, 0, key);
  return decodeLatin1(answer, true);
}

/** Writes the same to `at`, as its octets. */
export function writeAcceptKey(target: Uint8Array, at: number, key: string): void {
  if (!isKey(key)) throw new TypeError("key must be the base64 of 16 octets");
  for (let i = 0; i < keyLength; i++) message[i] = key.charCodeAt(i);
  sha1(message, digest);
  for (let i = 0, place = at; i < 20; i += 3, place += 4) {
    const bits = (digest[i]! << 16) | (digest[i + 1]! << 8) | (digest[i + 2] ?? 0);
    target[place] = alphabet[bits >> 18]!;
    target[place + 1] = alphabet[(bits >> 12) & 63]!;
    target[place + 2] = alphabet[(bits >> 6) & 63]!;
    target[place + 3] = alphabet[bits & 63]!;
  }
  // 20 octets leave two over: the last of the 28 characters stands for no bits.
  target[at + acceptLength - 1] = 0x3d;
}
