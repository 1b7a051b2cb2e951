// One table lookup per octet: the classes of RFC 9110 §5.6.2 and §5.5 as bits.
const TOKEN = 1;
const VALUE = 2;
const TARGET = 4;

const classes = new Uint8Array(256);
for (let octet = 0x21; octet <= 0x7e; octet++) classes[octet] = VALUE | TARGET;
for (let octet = 0x80; octet <= 0xff; octet++) classes[octet] = VALUE;
classes[0x09] = VALUE;
classes[0x20] = VALUE;
classes[0x23] = VALUE; // "#": a fragment is never part of a request target (RFC 6455 §3)
for (const octet of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  classes[octet.charCodeAt(0)]! |= TOKEN;
}

/** Tells whether an octet may stand in a token (tchar, RFC 9110 §5.6.2). */
export function isTokenOctet(octet: number): boolean {
  return (classes[octet]! & TOKEN) !== 0;
}

/** Tells whether an octet may stand in a field value: HTAB, SP, VCHAR or obs-text (RFC 9110 §5.5). */
export function isValueOctet(octet: number): boolean {
  return (classes[octet]! & VALUE) !== 0;
}

/**
 * Tells whether an octet may stand in a request target: visible ASCII but `#` (RFC 9112 §3.2, RFC 6455 §3).
 */
export function isTargetOctet(octet: number): boolean {
  return (classes[octet]! & TARGET) !== 0;
}

/** Tells whether a string is a token (RFC 9110 §5.6.2): not empty, no separators, ASCII only. */
export function isToken(text: string): boolean {
  return text.length > 0 && every(text, TOKEN);
}

/** Tells whether a string can be a field value as it is: latin1, no controls but HTAB (RFC 9110 §5.5). */
export function isFieldValue(text: string): boolean {
  return every(text, VALUE);
}

/** Tells whether a string holds only octets of a request target; the form of the target is not judged. */
export function isTarget(text: string): boolean {
  return text.length > 0 && every(text, TARGET);
}

function every(text: string, mask: number): boolean {
  for (let i = 0; i < text.length; i++) {
    // Above 0xff the table has no entry, and `undefined & mask` is 0: refused, never cut down to a latin1
    // octet.
    if ((classes[text.charCodeAt(i)]! & mask) === 0) return false;
  }
  return true;
}

/** Takes the spaces and tabs off both ends of a field value (OWS, RFC 9110 §5.6.3) and nothing else. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Tells whether an octet is SP or HTAB (OWS, RFC 9110 §5.6.3). */
export function isSpace(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}
