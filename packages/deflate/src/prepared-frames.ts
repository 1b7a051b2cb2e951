import type { PreparedMessage } from "@exws/frame";
import { compressedFrame } from "./compressed-frame.ts";
import type { Compressor } from "./compressor.ts";
import type { JobQueue } from "./job-queue.ts";

type Frame = Uint8Array | undefined;

/**
 * The compressed frames of prepared messages, each made once for all connections that agreed on the same window and do
 * not take over context. They live as long as their message.
 */
export class PreparedFrames {
  readonly #compressor: Compressor;
  readonly #queue: JobQueue;
  /** `undefined` for a message that is better sent as it is. */
  readonly #frames: WeakMap<PreparedMessage, Frame | Promise<Frame>> = new WeakMap();

  constructor(compressor: Compressor, queue: JobQueue) {
    this.#compressor = compressor;
    this.#queue = queue;
  }

  /** The frame, now or from the thread pool; who asks while it is on its way gets the same promise. */
  get(message: PreparedMessage): Frame | Promise<Frame> {
    const known = this.#frames.get(message);
    if (known !== undefined || this.#frames.has(message)) return known;
    const frame = this.#make(message);
    this.#frames.set(message, frame);
    return frame;
  }

  #make(message: PreparedMessage): Frame | Promise<Frame> {
    const { payload } = message;
    if (this.#compressor.isShort(payload))
      return compressedFrame(message, this.#compressor.compress(payload, undefined));
    const work = () => this.#compressor.compressElsewhere(payload, undefined);
    return this.#queue.add(payload.length, work).settled.then(
      (encoded) => this.#keep(message, compressedFrame(message, encoded)),
      (error: unknown) => {
        this.#frames.delete(message);
        throw error;
      },
    );
  }

  #keep(message: PreparedMessage, frame: Frame): Frame {
    this.#frames.set(message, frame);
    return frame;
  }
}
