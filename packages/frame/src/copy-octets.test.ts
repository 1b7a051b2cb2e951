import { expect, test } from "vitest";
import { copyOctets } from "./copy-octets.ts";
import { receiveBuffer } from "./receive-buffer.ts";

/** Around a piece, around where pieces begin, and more than a buffer of reads holds. */
const pieceLength = 2_048;
const lengths = [
  0,
  1,
  pieceLength,
  16_383,
  16_384,
  16_385,
  8 * pieceLength + 1,
  9 * pieceLength - 1,
  100_000,
];

function numbered(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

test("copies every length from and to everywhere, and touches nothing else", () => {
  const received = receiveBuffer();
  received.set(numbered(received.length));
  for (const source of [received, numbered(131_072)]) {
    for (const length of lengths) {
      for (const start of [0, 1, 14, 2_047, 2_048, 2_049]) {
        for (const at of [0, 3]) {
          const target = new Uint8Array(length + 10).fill(0xee);
          copyOctets(target, at, source, start, start + length);
          const expected = new Uint8Array(length + 10).fill(0xee);
          for (let i = 0; i < length; i++) expected[at + i] = source[start + i]!;
          expect(Buffer.compare(target, expected), `${length} from ${start} to ${at}`).toBe(0);
        }
      }
    }
  }
});

test("works on views that begin anywhere in their memory", () => {
  const source = numbered(70_000).subarray(5);
  const target = new Uint8Array(70_000).subarray(9);
  copyOctets(target, 1, source, 2, 60_002);
  expect(Buffer.compare(target.subarray(1, 60_001), source.subarray(2, 60_002))).toBe(0);
});
