import type { MessageTransform, PreparedMessage } from "@exws/frame";
import { compressedFrame, rsv1 } from "./compressed-frame.ts";
import type { Compressor } from "./compressor.ts";
import type { Decompressor } from "./decompressor.ts";
import type { Job, JobQueue } from "./job-queue.ts";
import type { PreparedFrames } from "./prepared-frames.ts";
import type { SlidingWindow } from "./sliding-window.ts";

type Encoded = Uint8Array | undefined;

/** What a connection uses; all but the windows is shared with others. */
export type TransformParts = {
  readonly threshold: number;
  readonly compressor: Compressor;
  readonly decompressor: Decompressor;
  readonly prepared: PreparedFrames;
  readonly queue: JobQueue;
  /** What was sent before, if context is taken over. */
  readonly sent: SlidingWindow | undefined;
  /** What was received before, if context is taken over. */
  readonly received: SlidingWindow | undefined;
};

/**
 * permessage-deflate on one connection, which holds a window for each direction that takes over context, and nothing
 * else. What is pending when the connection closes settles at once, with nothing: `undefined`, or no octets.
 */
export class DeflateTransform implements MessageTransform {
  readonly rsv: number = rsv1;
  readonly threshold: number;
  readonly #parts: TransformParts;
  #encoding: Job<Encoded> | undefined;
  #decoding: Job<Uint8Array> | undefined;
  #closed = false;

  constructor(parts: TransformParts) {
    this.threshold = parts.threshold;
    this.#parts = parts;
  }

  encode(payload: Uint8Array): Encoded | Promise<Encoded> {
    const { compressor, sent, queue } = this.#parts;
    if (compressor.isShort(payload)) return this.#sent(payload, compressor.compress(payload, sent?.bytes));
    const work = () => compressor.compressElsewhere(payload, sent?.bytes);
    const job = queue.add(payload.length, work);
    this.#encoding = job;
    return job.settled.then((encoded) => {
      this.#encoding = undefined;
      return this.#sent(payload, encoded);
    });
  }

  encodePrepared(message: PreparedMessage): Encoded | Promise<Encoded> {
    const { sent, prepared } = this.#parts;
    // What was sent before is different for each connection.
    if (sent === undefined) return prepared.get(message);
    const encoded = this.encode(message.payload);
    return encoded instanceof Promise
      ? encoded.then((payload) => compressedFrame(message, payload))
      : compressedFrame(message, encoded);
  }

  decode(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const { decompressor, received, queue } = this.#parts;
    const message = decompressor.decompress(payload, received?.bytes);
    if (message !== undefined) return this.#received(message);
    const work = () => decompressor.decompressElsewhere(payload, received?.bytes);
    const job = queue.add(decompressor.cost(payload), work);
    this.#decoding = job;
    return job.settled.then((late) => {
      this.#decoding = undefined;
      return this.#received(late);
    });
  }

  close(): void {
    this.#closed = true;
    this.#encoding?.cancel(undefined);
    this.#decoding?.cancel(new Uint8Array(0));
    this.#parts.sent?.clear();
    this.#parts.received?.clear();
  }

  /** A message that goes out as it is never passes through the peer's window. */
  #sent(payload: Uint8Array, encoded: Encoded): Encoded {
    if (encoded !== undefined && !this.#closed) this.#parts.sent?.append(payload);
    return encoded;
  }

  #received(message: Uint8Array): Uint8Array {
    if (!this.#closed) this.#parts.received?.append(message);
    return message;
  }
}
