import { freshKey, mask } from "./mask.ts";

/** A frame as the tester writes it: anything that two octets can say, legal or not. */
export type OutgoingFrame = {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  /** Octets that the header announces. */
  readonly length: number;
};

/** Octets of a header that announces `length` octets in the shortest form. */
export function headerSize(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 65_536 ? 4 : 10) + (masked ? 4 : 0);
}

/** Writes a header (RFC 6455 §5.2) and gives the place after it; without a key the frame is not masked. */
export function writeHeader(target: Uint8Array, at: number, frame: OutgoingFrame, key?: number): number {
  const { opcode, fin, rsv, length } = frame;
  const view = new DataView(target.buffer, target.byteOffset);
  const masked = key === undefined ? 0 : 0x80;
  view.setUint8(at, (fin ? 0x80 : 0) | (rsv << 4) | opcode);
  let next = at + 2;
  if (length < 126) {
    view.setUint8(at + 1, masked | length);
  } else if (length < 65_536) {
    view.setUint8(at + 1, masked | 126);
    view.setUint16(next, length);
    next += 2;
  } else {
    view.setUint8(at + 1, masked | 127);
    view.setBigUint64(next, BigInt(length));
    next += 8;
  }
  if (key !== undefined) {
    view.setUint32(next, key);
    next += 4;
  }
  return next;
}

/** Writes a whole frame, masked when there is a key; gives the place after it. */
function writeFrame(
  target: Uint8Array,
  at: number,
  frame: OutgoingFrame,
  payload: Uint8Array,
  key: number | undefined,
): number {
  const start = writeHeader(target, at, frame, key);
  target.set(payload, start);
  if (key !== undefined) mask(target.subarray(start, start + payload.length), key);
  return start + payload.length;
}

/** One frame in an array of its own, masked when there is a key. */
export function encodeFrame(
  frame: Omit<OutgoingFrame, "length">,
  payload: Uint8Array,
  key: number | undefined,
): Uint8Array {
  const { length } = payload;
  const octets = Buffer.allocUnsafe(headerSize(length, key !== undefined) + length);
  writeFrame(octets, 0, { ...frame, length }, payload, key);
  return octets;
}

/**
 * A message in frames of `fragment` octets (0: one frame), all of them in one array, and how many they are; each is
 * masked with a key of its own when the tester is the client. When the length is a multiple of the fragment's, an empty
 * last frame follows.
 */
export function encodeMessage(
  opcode: number,
  payload: Uint8Array,
  fragment: number,
  masked: boolean,
  rsv = 0,
): { octets: Uint8Array; frames: number } {
  const { length } = payload;
  const nextKey = (): number | undefined => (masked ? freshKey() : undefined);
  if (fragment === 0 || length <= fragment) {
    return { octets: encodeFrame({ opcode, fin: true, rsv }, payload, nextKey()), frames: 1 };
  }
  const whole = Math.floor(length / fragment);
  const rest = length - whole * fragment;
  const octets = Buffer.allocUnsafe(
    whole * (headerSize(fragment, masked) + fragment) + headerSize(rest, masked) + rest,
  );
  let at = 0;
  for (let n = 0; n < whole; n++) {
    const frame = { opcode: n === 0 ? opcode : 0, fin: false, rsv: n === 0 ? rsv : 0, length: fragment };
    at = writeFrame(octets, at, frame, payload.subarray(n * fragment, (n + 1) * fragment), nextKey());
  }
  const last = { opcode: 0, fin: true, rsv: 0, length: rest };
  writeFrame(octets, at, last, payload.subarray(whole * fragment), nextKey());
  return { octets, frames: whole + 1 };
}
