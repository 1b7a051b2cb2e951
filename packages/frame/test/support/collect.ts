import {
  type Frame,
  FrameDecoder,
  type FrameDecoderOptions,
  type Message,
  MessageDecoder,
  type MessageDecoderOptions,
  ProtocolError,
  type ProtocolErrorCode,
} from "@exws/frame";

/** What came out of a decoder: what it delivered, and how it failed if it did. */
export type Outcome<T> = { readonly delivered: T[]; readonly error: ProtocolErrorCode | undefined };

type Decoder<T> = {
  push(chunk: Uint8Array, start: number, end: number): void;
  next(): T | undefined;
};

/** The messages in the chunks. */
export function decodeMessages(
  options: MessageDecoderOptions,
  chunks: Iterable<Uint8Array>,
  afterChunk?: (decoder: MessageDecoder, received: number) => void,
): Outcome<Message> {
  return collect(new MessageDecoder(options), chunks, afterChunk);
}

/** The frames in the chunks. */
export function decodeFrames(
  options: FrameDecoderOptions,
  chunks: Iterable<Uint8Array>,
  afterChunk?: (decoder: FrameDecoder, received: number) => void,
): Outcome<Frame> {
  return collect(new FrameDecoder(options), chunks, afterChunk);
}

/**
 * Feeds a decoder as a server with one read buffer does: each chunk stands in the same memory, which is overwritten as
 * soon as `next` has returned `undefined`. Payloads are compared at the end, so one that is a view of it shows.
 * Anything thrown that is not a ProtocolError gets out of here.
 */
function collect<T, D extends Decoder<T>>(
  decoder: D,
  chunks: Iterable<Uint8Array>,
  afterChunk: ((decoder: D, received: number) => void) | undefined,
): Outcome<T> {
  let readBuffer = new Uint8Array(256);
  const delivered: T[] = [];
  let received = 0;
  for (const chunk of chunks) {
    if (chunk.length + 3 > readBuffer.length) readBuffer = new Uint8Array(chunk.length + 3);
    readBuffer.set(chunk, 3);
    received += chunk.length;
    try {
      decoder.push(readBuffer, 3, 3 + chunk.length);
      for (let item = decoder.next(); item !== undefined; item = decoder.next()) delivered.push(item);
    } catch (error) {
      if (error instanceof ProtocolError) return { delivered, error: error.code };
      throw error;
    } finally {
      readBuffer.fill(0xff);
      afterChunk?.(decoder, received);
    }
  }
  return { delivered, error: undefined };
}
