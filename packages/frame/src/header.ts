import { ProtocolError } from "./protocol-error.ts";

/** The head of a frame, as it stands on the wire (RFC 6455 §5.2). */
export type FrameHeader = {
  fin: boolean;
  /** The three reserved bits as a number from 0 to 7: RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  rsv: number;
  /** 0 to 15; not judged here. */
  opcode: number;
  masked: boolean;
  /** Octets of payload that the header announces: a claim of the peer, up to 2^63 and so perhaps inexact. */
  length: number;
  /** The masking key as a signed 32-bit integer, first octet highest; 0 in an unmasked frame. */
  maskKey: number;
};

/** The longest header: 2 octets, 8 of extended length, 4 of masking key. */
export const maxHeaderLength = 14;

/** Octets that the header of a frame takes. */
export function headerLength(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 65_536 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Reads a header into `header` and returns the octets that it takes, or 0 when `bytes[start, end)` does not
 * hold the whole of it. Throws a ProtocolError for a length that is not in its shortest form or has its top bit set.
 */
export function readHeader(header: FrameHeader, bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return 0;
  const first = bytes[start]!;
  const second = bytes[start + 1]!;
  const masked = second >= 0x80;
  let length = second & 0x7f;
  let at = start + 2;
  if (length === 126) {
    if (end - at < 2) return 0;
    length = (bytes[at]! << 8) | bytes[at + 1]!;
    at += 2;
    if (length < 126) throw new ProtocolError("non-minimal-length");
  } else if (length === 127) {
    if (end - at < 8) return 0;
    if (bytes[at]! >= 0x80) throw new ProtocolError("length-overflow");
    length = uint32(bytes, at) * 0x1_0000_0000 + uint32(bytes, at + 4);
    at += 8;
    if (length < 65_536) throw new ProtocolError("non-minimal-length");
  }
  let maskKey = 0;
  if (masked) {
    if (end - at < 4) return 0;
    maskKey = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at += 4;
  }
  header.fin = first >= 0x80;
  header.rsv = (first >> 4) & 0x7;
  header.opcode = first & 0xf;
  header.masked = masked;
  header.length = length;
  header.maskKey = maskKey;
  return at - start;
}

function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x100_0000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/**
 * Decodes the header at `start`; `undefined` means that more octets are needed. The rules about its content are
 * those of {@link checkHeader}; only a length in the wrong form throws here (RFC 6455 §5.2).
 */
export function decodeHeader(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): (FrameHeader & { /** Octets of the header itself. */ size: number }) | undefined {
  const header = { fin: false, rsv: 0, opcode: 0, masked: false, length: 0, maskKey: 0, size: 0 };
  header.size = readHeader(header, bytes, start, end);
  return header.size === 0 ? undefined : header;
}

/**
 * Writes a header at `at`, the length in its shortest form, and returns the octets written (RFC 6455 §5.2).
 * A masking key of `undefined` makes an unmasked frame. `target` needs room for `headerLength(length, masked)`.
 */
export function encodeHeader(
  target: Uint8Array,
  at: number,
  fin: boolean,
  rsv: number,
  opcode: number,
  length: number,
  maskKey?: number,
): number {
  const maskBit = maskKey === undefined ? 0 : 0x80;
  let next = at + 2;
  target[at] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  if (length < 126) {
    target[at + 1] = maskBit | length;
  } else if (length < 65_536) {
    target[at + 1] = maskBit | 126;
    target[next++] = length >> 8;
    target[next++] = length;
  } else {
    target[at + 1] = maskBit | 127;
    next = putUint32(target, next, Math.floor(length / 0x1_0000_0000));
    next = putUint32(target, next, length);
  }
  return (maskKey === undefined ? next : putUint32(target, next, maskKey)) - at;
}

function putUint32(target: Uint8Array, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}
