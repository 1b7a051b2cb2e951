import { encodeLatin1 } from "./latin1.ts";
import { sha1 } from "./sha1.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Tells whether a string is the base64 of 16 octets (RFC 6455 §4.2.1): 22 characters and two equals signs.
 * The four bits that the last character has to spare may be anything: they are not part of the value.
 */
export function isKey(text: string): boolean {
  if (text.length !== 24 || !text.endsWith("==")) return false;
  for (let i = 0; i < 22; i++) {
    if (!alphabet.includes(text[i]!)) return false;
  }
  return true;
}

/**
 * Gives the `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key` (RFC 6455 §4.2.2). Throws a TypeError
 * for no key.
 */
export function acceptKey(key: string): string {
  if (!isKey(key)) throw new TypeError("key must be the base64 of 16 octets");
  return encodeBase64(sha1(encodeLatin1(key + guid)));
}

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | (bytes[i + 2] ?? 0);
    text +=
      alphabet[bits >> 18]! +
      alphabet[(bits >> 12) & 63]! +
      alphabet[(bits >> 6) & 63]! +
      alphabet[bits & 63]!;
  }
  // 20 octets leave two over: the last of the 28 characters stands for no bits.
  return `${text.slice(0, 27)}=`;
}
