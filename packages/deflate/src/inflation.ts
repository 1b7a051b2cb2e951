import { constants, type ZlibOptions } from "node:zlib";
import { ProtocolError } from "@exws/frame";
import { SlidingWindow } from "./sliding-window.ts";

/**
 * What goes behind the payload: the 00 00 FF FF that the sender left out (RFC 7692 §7.2.2); a last, empty block, so that
 * zlib tells us that it has come to its end and a payload that is cut short is found out; and an octet that must be left
 * over.
 */
export const trailer: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00);
/** What is left over when decompression ended in the trailer's last block. */
const restAfterTrailer = 1;
/** The payload's last block was an empty one without compression and had BFINAL set: it took the 00 00 FF FF. */
const restAfterTail = 6;
/** The payload's last block had BFINAL set and nothing followed it. */
const restAfterPayload = trailer.length;
/** Blocks with BFINAL set in one message: each costs a decompressor of its own, so a peer may not have us make thousands. */
const maxFinalBlocks = 32;

/** Whether a message was whole, by the octets that decompression left over. */
export function isComplete(rest: number): boolean {
  return rest === restAfterTrailer || rest === restAfterTail || rest === restAfterPayload;
}

/** One result of zlib, with the engine that tells how far it read. */
export type InflateResult = {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
};

/**
 * The decompression of one message, as steps: each step decompresses from `rest` with `options`, and `take` judges what
 * came of it. There is more than one step only when a block inside the message says that it is the last (BFINAL); what
 * follows it may refer to what came before (RFC 7692 §7.2.3.4).
 */
export class Inflation {
  readonly #limit: number;
  /** What the next step may refer to. */
  #window: Uint8Array | undefined;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  /** What has not been decompressed. */
  #rest: Uint8Array;

  /** `limit` is the most octets that may come out. The payload is copied, the window is not. */
  constructor(payload: Uint8Array, window: Uint8Array | undefined, limit: number) {
    this.#limit = limit;
    this.#window = window;
    this.#rest = new Uint8Array(payload.length + trailer.length);
    this.#rest.set(payload);
    this.#rest.set(trailer, payload.length);
  }

  /** The input of the next step. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** The options of the next step. */
  options(chunkSize: number): ZlibOptions {
    const options: ZlibOptions = {
      windowBits: 15,
      chunkSize,
      finishFlush: constants.Z_SYNC_FLUSH,
      // zlib wants at least 1; an octet too many is found out by `take`.
      maxOutputLength: Math.max(1, this.#limit - this.#length),
      info: true,
    };
    if (this.#window !== undefined) options.dictionary = this.#window;
    return options;
  }

  /**
   * Takes the result of a step and gives the whole message if that was the last, else `undefined`. Throws a ProtocolError.
   */
  take({ buffer, engine }: InflateResult): Uint8Array | undefined {
    this.#length += buffer.length;
    if (this.#length > this.#limit) throw new ProtocolError("message-too-large");
    this.#parts.push(buffer);
    const rest = this.#rest.length - engine.bytesWritten;
    if (isComplete(rest)) return this.#join();
    if (rest < trailer.length || this.#parts.length > maxFinalBlocks) {
      throw new ProtocolError("invalid-compressed-data");
    }
    this.#rest = this.#rest.subarray(engine.bytesWritten);
    this.#window = joinWindow(this.#window, buffer);
    return undefined;
  }

  #join(): Uint8Array {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

function joinWindow(before: Uint8Array | undefined, after: Uint8Array): Uint8Array | undefined {
  const window = new SlidingWindow(15);
  if (before !== undefined) window.append(before);
  window.append(after);
  return window.bytes;
}
