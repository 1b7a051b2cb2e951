import type { Stream } from "./kind.ts";

/** How far a node's streams on one topic went. */
export type Tail = Readonly<Record<Stream, number>>;

const numberBytes = 6;
const uint32 = 0x1_0000_0000;

/** Packs a tail: two numbers of six octets, big-endian. */
export function encodeTail({ messages, presence }: Tail): Uint8Array {
  const bytes = new Uint8Array(2 * numberBytes);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of [messages, presence].entries()) {
    view.setUint16(i * numberBytes, Math.floor(number / uint32));
    view.setUint32(i * numberBytes + 2, number % uint32);
  }
  return bytes;
}

/** Reads a tail; `undefined` for what is none. */
export function decodeTail(bytes: Uint8Array): Tail | undefined {
  if (bytes.length !== 2 * numberBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const number = (i: number): number => view.getUint16(i) * uint32 + view.getUint32(i + 2);
  return { messages: number(0), presence: number(numberBytes) };
}
