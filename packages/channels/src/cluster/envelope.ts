import { type Kind, kindOf, kinds } from "./kind.ts";

/** The place of an envelope among those that its node has said on one topic. */
export type Place = {
  /** Names one series of numbers: a node that has forgotten where it was begins the next, with a higher one. From 1. */
  readonly round: number;
  /** How long ago the round began when the envelope was made, in whole milliseconds. */
  readonly age: number;
  /** In a stream the number of the envelope, from 1; else 0. */
  readonly sequence: number;
};

/** What one node says to others. */
export type Envelope = Place & {
  readonly kind: Kind;
  /** Who says it: the id of a node, new for every process. */
  readonly node: string;
  /** Its bytes belong to whoever got it. */
  readonly body: Uint8Array;
};

/**
 * How an envelope lies in the payload of a bus: two octets to know it by, of which the second is the version; kind, node, round
 * (4 octets), age (4), sequence (6), big-endian, and the body.
 */
export const envelopeHeader = 33;

/** What is said outside of any series. */
export const nowhere: Place = { round: 0, age: 0, sequence: 0 };

const magic = 0xe5;
const version = 1;
const nodeBytes = 16;
const at = { kind: 2, node: 3, round: 19, age: 23, sequence: 27 } as const;
const maxUint32 = 0xffff_ffff;
const uint32 = 0x1_0000_0000;

/** Packs an envelope; the body is copied. */
export function encodeEnvelope({ kind, node, round, age, sequence, body }: Envelope): Uint8Array {
  const bytes = new Uint8Array(envelopeHeader + body.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = magic;
  bytes[1] = version;
  bytes[at.kind] = kinds[kind].code;
  bytes.set(Buffer.from(node, "base64url"), at.node);
  view.setUint32(at.round, round);
  view.setUint32(at.age, Math.min(age, maxUint32));
  view.setUint16(at.sequence, Math.floor(sequence / uint32));
  view.setUint32(at.sequence + 2, sequence % uint32);
  bytes.set(body, envelopeHeader);
  return bytes;
}

/** Reads an envelope, whoever wrote it. `undefined` for what is none, or is of another version. The body is not copied. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | undefined {
  if (bytes.length < envelopeHeader || bytes[0] !== magic || bytes[1] !== version) return undefined;
  const kind = kindOf(bytes[at.kind]!);
  if (kind === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, envelopeHeader);
  const place: Place = {
    round: view.getUint32(at.round),
    age: view.getUint32(at.age),
    sequence: view.getUint16(at.sequence) * uint32 + view.getUint32(at.sequence + 2),
  };
  if (!isPlace(kind, place)) return undefined;
  const node = Buffer.from(bytes.buffer, bytes.byteOffset + at.node, nodeBytes).toString("base64url");
  return { kind, node, ...place, body: bytes.subarray(envelopeHeader) };
}

function isPlace(kind: Kind, { round, sequence }: Place): boolean {
  if (kinds[kind].stream !== undefined) return round > 0 && sequence > 0;
  return sequence === 0 && round > 0 === (kind === "tail");
}

/** An id for a node that did not exist before. */
export function newNodeId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(nodeBytes))).toString("base64url");
}
