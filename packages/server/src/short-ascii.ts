import { receivedWords } from "./received-words.ts";

/** Up to this length a string is made of its characters: a native call costs more. */
const longest = 32;

/** For each length the numbers of that many characters, used again and again: arguments in an array of the right length. */
const unitsOf: readonly number[][] = Array.from({ length: longest + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
);
const { fromCharCode } = String;

/**
 * The string of `length` masked octets, {@link longest} at most; `undefined` when they are not ASCII.
 * A `key` of 0 takes them as they are.
 */
export function shortAscii(
  bytes: Uint8Array,
  start: number,
  length: number,
  key: number,
): string | undefined {
  const units = unitsOf[length]!;
  const words = receivedWords(bytes);
  let seen = 0;
  let i = 0;
  if (words !== undefined) {
    for (const last = length - 3; i < last; i += 4) {
      const word = words.getInt32(start + i) ^ key;
      units[i] = word >>> 24;
      units[i + 1] = (word >>> 16) & 0xff;
      units[i + 2] = (word >>> 8) & 0xff;
      units[i + 3] = word & 0xff;
      seen |= word;
    }
  }
  for (; i < length; i++) {
    const unit = bytes[start + i]! ^ ((key >>> (24 - 8 * (i & 3))) & 0xff);
    units[i] = unit;
    seen |= unit;
  }
  return (seen & 0x8080_8080) === 0 ? fromCharCode.apply(undefined, units) : undefined;
}
