import type { Role } from "./check-header.ts";
import { FrameReader } from "./frame-reader.ts";
import { checkLimit } from "./limit.ts";
import type { Opcode } from "./opcode.ts";
import { commonMemory } from "./payload-memory.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A frame with its payload unmasked. */
export type Frame = {
  fin: boolean;
  /** The reserved bits as a number from 0 to 7: RSV1 is 4. */
  rsv: number;
  opcode: Opcode;
  /** The receiver's to keep. */
  payload: Uint8Array;
};

/** Options of a {@link FrameDecoder}. */
export type FrameDecoderOptions = {
  /** Which end we are: a server takes masked frames only, a client unmasked ones only. */
  role: Role;
  /** The largest payload taken, in octets; default 1 MiB. A longer one is refused by its header. */
  maxPayload?: number;
  /** Reserved bits that a negotiated extension defines, 0 to 7; default 0. */
  rsv?: number;
};

/**
 * Turns octets into whole frames: `push` what has come, then call `next` until it returns `undefined`.
 * Frames that were complete before a violation are handed out first; after one, every `next` throws the same
 * ProtocolError (RFC 6455 §5).
 */
export class FrameDecoder {
  readonly #reader: FrameReader;
  readonly #maxPayload: number;
  /** What every `next` throws from now on. */
  #failure: unknown;

  /** Throws a TypeError or a RangeError that names the option. */
  constructor(options: FrameDecoderOptions) {
    this.#reader = new FrameReader(options.role, options.rsv ?? 0, commonMemory);
    this.#maxPayload = checkLimit("maxPayload", options.maxPayload ?? 1_048_576, 0);
  }

  /** Octets of memory held for the payload of an unfinished frame. */
  get retainedBytes(): number {
    return this.#reader.retainedBytes;
  }

  /**
   * Takes more octets, which must stay as they are until `next` has returned `undefined`: by then all of them have been
   * read. After a failure they are ignored. Throws a TypeError for anything but a Uint8Array.
   */
  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    if (this.#failure === undefined) this.#reader.push(chunk, start, end);
  }

  /** The next frame, or `undefined` when more octets are needed. Throws a ProtocolError. */
  next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#next();
    } catch (error) {
      this.#failure = error;
      this.#reader.stop();
      throw error;
    }
  }

  #next(): Frame | undefined {
    const reader = this.#reader;
    while (reader.advance()) {
      if (reader.isFirst && reader.length > this.#maxPayload) throw new ProtocolError("frame-too-large");
      const payload = reader.takePayload();
      if (payload === undefined) continue;
      return { fin: reader.fin, rsv: reader.rsv, opcode: reader.opcode as Opcode, payload };
    }
    return undefined;
  }
}
