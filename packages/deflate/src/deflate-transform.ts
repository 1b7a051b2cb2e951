import type { MessageTransform, PreparedMessage } from "@exws/frame";
import { compressedFrame, rsv1 } from "./compressed-frame.ts";
import type { Compressor } from "./compressor.ts";
import type { Decompressor } from "./decompressor.ts";
import type { Job, JobQueue } from "./job-queue.ts";
import type { PreparedFrames } from "./prepared-frames.ts";
import type { SlidingWindow } from "./sliding-window.ts";

type Encoded = Uint8Array | undefined;

/** What connections that agreed on the same window share. */
export type SharedParts = {
  readonly threshold: number;
  readonly compressor: Compressor;
  readonly prepared: PreparedFrames;
  readonly queue: JobQueue;
};

/**
 * permessage-deflate on one connection, which holds a window for each direction that takes over context, and nothing
 * else. What is pending when the connection closes settles at once, with nothing: `undefined`, or no octets.
 */
export class DeflateTransform implements MessageTransform {
  readonly rsv: number = rsv1;
  readonly #shared: SharedParts;
  readonly #decompressor: Decompressor;
  readonly #sent: SlidingWindow | undefined;
  readonly #received: SlidingWindow | undefined;
  #encoding: Job<Encoded> | undefined;
  #decoding: Job<Uint8Array> | undefined;
  #closed = false;

  /** `sent` and `received` are for what passed before in that direction, if context is taken over. */
  constructor(
    shared: SharedParts,
    decompressor: Decompressor,
    sent: SlidingWindow | undefined,
    received: SlidingWindow | undefined,
  ) {
    this.#shared = shared;
    this.#decompressor = decompressor;
    this.#sent = sent;
    this.#received = received;
  }

  get threshold(): number {
    return this.#shared.threshold;
  }

  encode(payload: Uint8Array): Encoded | Promise<Encoded> {
    const { compressor, queue } = this.#shared;
    if (compressor.isShort(payload)) {
      return this.#rememberSent(payload, compressor.compress(payload, this.#sent?.bytes));
    }
    const work = () => compressor.compressElsewhere(payload, this.#sent?.bytes);
    const job = queue.add(payload.length, work);
    this.#encoding = job;
    return job.settled.then((encoded) => {
      this.#encoding = undefined;
      return this.#rememberSent(payload, encoded);
    });
  }

  encodePrepared(message: PreparedMessage): Encoded | Promise<Encoded> {
    // What was sent before is different for each connection.
    if (this.#sent === undefined) return this.#shared.prepared.get(message);
    const encoded = this.encode(message.payload);
    return encoded instanceof Promise
      ? encoded.then((payload) => compressedFrame(message, payload))
      : compressedFrame(message, encoded);
  }

  decode(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const decompressor = this.#decompressor;
    const message = decompressor.decompress(payload, this.#received?.bytes);
    if (message !== undefined) return this.#rememberReceived(message);
    const work = () => decompressor.decompressElsewhere(payload, this.#received?.bytes);
    const job = this.#shared.queue.add(decompressor.cost(payload), work);
    this.#decoding = job;
    return job.settled.then((late) => {
      this.#decoding = undefined;
      return this.#rememberReceived(late);
    });
  }

  close(): void {
    this.#closed = true;
    this.#encoding?.cancel(undefined);
    this.#decoding?.cancel(new Uint8Array(0));
    this.#sent?.clear();
    this.#received?.clear();
  }

  /** A message that goes out as it is never passes through the peer's window. */
  #rememberSent(payload: Uint8Array, encoded: Encoded): Encoded {
    if (encoded !== undefined && !this.#closed) this.#sent?.append(payload);
    return encoded;
  }

  #rememberReceived(message: Uint8Array): Uint8Array {
    if (!this.#closed) this.#received?.append(message);
    return message;
  }
}
