import { encodeHeader, headerLength, Opcode } from "@exws/frame";

/** The longest header of a frame that a server sends (RFC 6455 §5.2). */
export const maxHead = 10;
/** Octets that {@link putAscii} needs behind the text, to see that there is more of it. */
export const margin = 4;

/**
 * Encodes a text message at `at` as one frame if it is ASCII, and returns where the frame ends; 0 when the text is anything
 * else: what stands in the buffer from `at` on means nothing then. Needs room for the longest header, the text and
 * the {@link margin}.
 *
 * To write text costs less than to find out beforehand how many octets it takes. Other text than ASCII takes more octets
 * than it has UTF-16 code units, and shows it by running into the margin.
 */
export function putAscii(buffer: Buffer, at: number, data: string): number {
  const { length } = data;
  const start = at + headerLength(length, false);
  if (buffer.write(data, start, length + margin, "utf8") !== length) return 0;
  encodeHeader(buffer, at, true, 0, Opcode.Text, length);
  return start + length;
}

/** Encodes a text message of so many octets at `at` as one frame, and returns where the frame ends. */
export function putText(buffer: Buffer, at: number, data: string, octets: number): number {
  const start = at + encodeHeader(buffer, at, true, 0, Opcode.Text, octets);
  return start + buffer.write(data, start, octets, "utf8");
}

/** A text message as one frame in memory of its own; `octets` is its length where that is known. */
export function textFrame(data: string, octets?: number): Uint8Array {
  if (octets === undefined) {
    const attempt = Buffer.allocUnsafe(maxHead + data.length + margin);
    const end = putAscii(attempt, 0, data);
    if (end > 0) return attempt.subarray(0, end);
  }
  const length = octets ?? Buffer.byteLength(data);
  const frame = Buffer.allocUnsafe(headerLength(length, false) + length);
  putText(frame, 0, data, length);
  return frame;
}
