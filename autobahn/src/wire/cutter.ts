import type { Random } from "../corpus/random.ts";

/** Cuts octets into pieces for separate writes; the pieces are views. */
export type Cutter = (octets: Uint8Array) => Uint8Array[];

/** Cuts every `size` octets. */
export function cutEvery(octets: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size));
  return pieces;
}

/**
 * Cuts at random places: pieces of every order of magnitude, so that a short frame falls into a few octets each and a
 * long one into about twenty pieces.
 */
export function randomCutter(random: Random): Cutter {
  return (octets) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < octets.length; ) {
      const size = Math.ceil(Math.exp(random.fraction() * Math.log(octets.length)));
      pieces.push(octets.subarray(at, at + size));
      at += size;
    }
    return pieces;
  };
}
