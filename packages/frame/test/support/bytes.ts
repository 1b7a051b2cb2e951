/** Octets written out by hand, so that no test rests on the codec that it tests. */

/** Octets from hexadecimal digits; blanks are for the reader. */
export function hex(digits: string): Uint8Array {
  const packed = digits.replaceAll(/\s/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(packed)) throw new TypeError(`not hexadecimal: ${digits}`);
  return Uint8Array.from(packed.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hexadecimal digits of octets, to compare and to show. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** All parts in one piece. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The UTF-8 of a string. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes cut before each of the given positions, which may be in any order and repeat. */
export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const borders = [
    0,
    ...positions.filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b),
    bytes.length,
  ];
  const chunks: Uint8Array[] = [];
  for (let i = 1; i < borders.length; i++) chunks.push(bytes.subarray(borders[i - 1], borders[i]));
  return chunks;
}

/** Byte by byte. */
export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Every way in which a wire test delivers its bytes: whole, byte by byte, and cut in two at each place. */
export function* deliveries(bytes: Uint8Array): Generator<{ how: string; chunks: Uint8Array[] }> {
  yield { how: "whole", chunks: [bytes] };
  yield { how: "byte by byte", chunks: bytewise(bytes) };
  for (let at = 1; at < bytes.length; at++) yield { how: `cut at ${at}`, chunks: cutAt(bytes, [at]) };
}
