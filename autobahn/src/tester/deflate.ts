import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** Octets that end every flush; RFC 7692 §7.2.1 leaves them out. */
const tail = 4;

/** Compresses one message as the genuine suite does: level 6, memLevel 8, a sync flush without its last four octets. */
export function deflateMessage(payload: Uint8Array, windowBits: number, before: Uint8Array): Uint8Array {
  const options = {
    level: 6,
    memLevel: 8,
    // zlib cannot write raw deflate with a window of 8 bits.
    windowBits: Math.max(9, windowBits),
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: Math.max(1024, payload.length + 64),
    // The last octets that went before are all that a compressor that goes on would know.
    ...(before.length > 0 && { dictionary: before }),
  };
  const whole = deflateRawSync(payload, options);
  return whole.subarray(0, whole.length - tail);
}

/**
 * Inflates one message; throws when the octets are no deflate or point further back than the window or than `before`,
 * the octets inflated last, goes. At most `limit` octets are made.
 */
export function inflateMessage(
  compressed: Uint8Array,
  windowBits: number,
  before: Uint8Array,
  limit: number,
): Uint8Array {
  return inflateRawSync(compressed, {
    windowBits,
    finishFlush: constants.Z_SYNC_FLUSH,
    // Within one piece of output zlib takes any distance; the genuine suite's pieces begin with 16 KiB.
    chunkSize: windowBits < 15 ? 16_384 : Math.max(1024, Math.min(limit, 2 ** 20)),
    maxOutputLength: limit,
    ...(before.length > 0 && { dictionary: before }),
  });
}

/** Whether the octets end a deflate stream (BFINAL): nothing can follow for an inflater that goes on. */
export function endsStream(compressed: Uint8Array, windowBits: number, before: Uint8Array): boolean {
  try {
    inflateRawSync(compressed, { windowBits, ...(before.length > 0 && { dictionary: before }) });
    return true;
  } catch {
    return false;
  }
}
