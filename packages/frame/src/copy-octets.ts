import { isReceiveBuffer } from "./receive-buffer.ts";

/** The length of a piece. A power of two below the 2,112 octets from which on glibc changes its way of copying. */
export const pieceLength = 2_048;
/** Up to this length a copy is made at once: the pieces would cost as much as they spare. */
const longest = 16_384;
/** The receive buffer in pieces: it is copied from again and again, and a view costs garbage. */
let received: readonly Uint8Array[] | undefined;

/**
 * Copies `source[start, end)` to `target` at `at`; the two may not overlap.
 *
 * Long copies are made in pieces. glibc copies from 2,112 octets on by `rep movsb` where a processor calls that fast, and on AMD's
 * Zen 3 and 4 it takes ten times as long (300 µs for a MiB, not 30) when the source stands 1 to 63 octets behind the target,
 * counted within a page of 4 KiB (glibc bug 30994, repaired after 2.38). A payload behind its header stands like that for
 * as long as the process lives, if that is where the memory happens to be.
 */
export function copyOctets(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  if (end - start <= longest) {
    target.set(source.subarray(start, end), at);
    return;
  }
  const pieces = receivedPieces(source);
  for (let from = start, next = 0; from < end; from = next) {
    next = Math.min(from - (from % pieceLength) + pieceLength, end);
    const whole = next - from === pieceLength ? pieces?.[from / pieceLength] : undefined;
    target.set(whole ?? source.subarray(from, next), at + from - start);
  }
}

function receivedPieces(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  if (!isReceiveBuffer(bytes)) return undefined;
  received ??= Array.from({ length: bytes.length / pieceLength }, (_, i) =>
    bytes.subarray(i * pieceLength, (i + 1) * pieceLength),
  );
  return received;
}
