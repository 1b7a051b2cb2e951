import { binary, type PreparedMessage, text } from "@exws/frame";
import type { Position } from "../history.ts";

/** Who appended an entry: a node, and the number that it has given to it. It is known by that wherever it turns up. */
export type EntryMark = { readonly node: string; readonly number: number };

/** An entry of a log as it was read. */
export type LogEntry = EntryMark & { readonly message: PreparedMessage };

const version = 1;
const codes = { text: 1, binary: 2 } as const;
const nodeBytes = 16;
const at = { type: 1, node: 2, number: 2 + nodeBytes } as const;

/** Octets of an entry before the message. */
const header = at.number + 6;

/** Octets of a position, besides its epoch. */
const positionHeader = 7;
const maxEpoch = 255;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Packs a message for the log, as it was broadcast: without the stamp, which everybody who reads it makes anew. An octet for the
 * version, one for the type, 16 for the node, 6 for the number, big-endian; then the payload.
 */
export function encodeEntry({ node, number }: EntryMark, { type, payload }: PreparedMessage): Uint8Array {
  const bytes = new Uint8Array(header + payload.length);
  bytes[0] = version;
  bytes[at.type] = codes[type];
  bytes.set(Buffer.from(node, "base64url"), at.node);
  setUint48(bytes, at.number, number);
  bytes.set(payload, header);
  return bytes;
}

/** Reads an entry, and frames the message; `undefined` for what is none. The bytes are copied. */
export function decodeEntry(bytes: Uint8Array): LogEntry | undefined {
  if (bytes.length < header || bytes[0] !== version) return undefined;
  const payload = bytes.subarray(header);
  const node = Buffer.from(bytes.subarray(at.node, at.node + nodeBytes)).toString("base64url");
  const number = getUint48(bytes, at.number);
  try {
    if (bytes[at.type] === codes.text) return { node, number, message: text(payload) };
    if (bytes[at.type] === codes.binary) return { node, number, message: binary(payload) };
  } catch {
    // Not UTF-8.
  }
  return undefined;
}

/**
 * Packs the place of an entry, and the entry itself unless only the place is to be told: an octet for the length of the epoch, 6 for
 * the offset, the epoch and the entry.
 */
export function encodePlaced({ epoch, offset }: Position, entry: Uint8Array): Uint8Array {
  const name = encoder.encode(epoch);
  const bytes = new Uint8Array(positionHeader + name.length + entry.length);
  bytes[0] = name.length;
  setUint48(bytes, 1, offset);
  bytes.set(name, positionHeader);
  bytes.set(entry, positionHeader + name.length);
  return bytes;
}

/** Reads a place and an entry, which may be empty; `undefined` for what is none. The entry is not copied. */
export function decodePlaced(bytes: Uint8Array): { position: Position; entry: Uint8Array } | undefined {
  const end = positionHeader + (bytes[0] ?? maxEpoch);
  if (bytes.length < end || end === positionHeader) return undefined;
  try {
    const epoch = decoder.decode(bytes.subarray(positionHeader, end));
    return { position: { epoch, offset: getUint48(bytes, 1) }, entry: bytes.subarray(end) };
  } catch {
    return undefined;
  }
}

/** Octets that an entry and its place take on their way, at most, without the payload. */
export const placedHeader: number = header + positionHeader + maxEpoch;

function setUint48(bytes: Uint8Array, at: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 2, value % 0x1_0000_0000);
}

function getUint48(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);
}
