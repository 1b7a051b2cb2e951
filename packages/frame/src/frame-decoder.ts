import type { Role } from "./check-header.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Opcode } from "./opcode.ts";
import { PayloadBuffer } from "./payload-buffer.ts";
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
  /** The payload of a frame that was cut. */
  #payload: PayloadBuffer | undefined;
  #failure: ProtocolError | undefined;

  constructor(options: FrameDecoderOptions) {
    this.#reader = new FrameReader(options.role, options.rsv ?? 0);
    this.#maxPayload = options.maxPayload ?? 1_048_576;
  }

  /** Takes more octets, which must stay as they are until `next` has returned `undefined`; they are copied then. */
  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    if (this.#failure === undefined) this.#reader.push(chunk, start, end);
  }

  /** The next frame, or `undefined` when more octets are needed. Throws a ProtocolError. */
  next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#next();
    } catch (error) {
      if (error instanceof ProtocolError) this.#failure = error;
      throw error;
    }
  }

  #next(): Frame | undefined {
    const reader = this.#reader;
    while (reader.advance()) {
      if (reader.isFirst && reader.length > this.#maxPayload) throw new ProtocolError("frame-too-large");
      const payload = reader.isFirst && reader.isLast ? reader.copyPayload() : this.#append(reader);
      if (payload === undefined) continue;
      return { fin: reader.fin, rsv: reader.rsv, opcode: reader.opcode as Opcode, payload };
    }
    return undefined;
  }

  /** Adds a piece; gives the payload when it is whole. */
  #append(reader: FrameReader): Uint8Array | undefined {
    this.#payload ??= new PayloadBuffer();
    this.#payload.append(
      reader.chunk,
      reader.start,
      reader.end,
      reader.maskKey,
      reader.offset,
      reader.length,
    );
    if (!reader.isLast) return undefined;
    const payload = this.#payload.take();
    this.#payload = undefined;
    return payload;
  }
}
