import { scratch } from "./scratch.ts";

const encoder = new TextEncoder();
/** A UTF-16 code unit becomes at most three octets. */
const fits = Math.floor(scratch.length / 3);

/**
 * The octets of a string; lone surrogates become U+FFFD. They may stand in the scratch memory: to be copied at once.
 * Throws a TypeError for anything but a string.
 */
export function encodeUtf8(data: string): Uint8Array {
  if (typeof data !== "string") throw new TypeError("Text has to be a string");
  // `encode` costs many times more than `encodeInto` for short text: it makes a buffer of its own each time.
  return data.length <= fits
    ? scratch.subarray(0, encoder.encodeInto(data, scratch).written)
    : encoder.encode(data);
}
