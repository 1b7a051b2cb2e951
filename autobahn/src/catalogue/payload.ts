/** What a step carries: a pattern of octets repeated, and cut to a length. */
export type Payload = { readonly pattern: Uint8Array; readonly length: number };

const encoder = new TextEncoder();

/** No octets at all. */
export const empty: Payload = { pattern: new Uint8Array(0), length: 0 };

/** The UTF-8 of a text. */
export function utf8(text: string): Payload {
  return octets(encoder.encode(text));
}

/** Octets written as hexadecimal digits; blanks between them do not count. */
export function hex(digits: string): Payload {
  const pairs = digits.replaceAll(" ", "").match(/../g) ?? [];
  return octets(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
}

/** The octets themselves; they are kept, not copied. */
export function octets(bytes: Uint8Array): Payload {
  return { pattern: bytes, length: bytes.length };
}

/** `pattern` (hexadecimal digits) over and over, `length` octets in all. */
export function cycle(pattern: string, length: number): Payload {
  return length === 0 ? empty : { pattern: hex(pattern).pattern, length };
}

/** The octets of a payload. A payload that is no repetition gives its own array: it must not be changed. */
export function octetsOf({ pattern, length }: Payload): Uint8Array {
  if (pattern.length === length) return pattern;
  const whole = new Uint8Array(length);
  if (pattern.length === 1) return whole.fill(pattern[0]!);
  whole.set(pattern.subarray(0, length));
  // What is written already is copied behind itself, twice as much each time; the pattern goes on as it began.
  for (let filled = Math.min(pattern.length, length); filled < length; filled *= 2) {
    whole.copyWithin(filled, 0, Math.min(filled, length - filled));
  }
  return whole;
}
