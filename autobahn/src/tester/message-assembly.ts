import { isUtf8 } from "node:buffer";
import type { IncomingHeader } from "../wire/frame-reader.ts";
import { Utf8Checker } from "../wire/utf8-checker.ts";

/** A whole message of the peer. */
export type IncomingMessage = {
  readonly type: "text" | "binary";
  readonly payload: Uint8Array;
  readonly compressed: boolean;
  /** Payload octets as they were in frames. */
  readonly octetsInFrames: number;
  readonly frames: number;
  /** Where a text that was only now inflated is no UTF-8: it ends inside a character, or before that. */
  readonly illegalAt: "nowhere" | "end" | "middle";
};

/** Inflates the messages of one connection, in order; throws when the octets are no deflate. */
export type MessageInflater = (compressed: Uint8Array) => Uint8Array;

/** Octets of a message that are kept: far more than any case sends. */
const maxKept = 128 * 2 ** 20;

/** Puts messages together from the pieces of frames, and looks at text as it comes. */
export class MessageAssembly {
  readonly #inflater: MessageInflater | undefined;
  readonly #checksText: boolean;
  #pieces: Uint8Array[] = [];
  #checker: Utf8Checker | undefined;
  #isBinary = false;
  #compressed = false;
  #frames = 0;
  #length = 0;

  constructor(inflater: MessageInflater | undefined, checksText: boolean) {
    this.#inflater = inflater;
    this.#checksText = checksText;
  }

  begin({ opcode, rsv }: IncomingHeader): void {
    this.#isBinary = opcode === 2;
    this.#compressed = this.#inflater !== undefined && rsv === 4;
    this.#checker = opcode === 1 && this.#checksText ? new Utf8Checker() : undefined;
    this.#pieces = [];
    this.#frames = 0;
    this.#length = 0;
  }

  /** Takes a piece, and keeps it without a copy; of an endless message only the beginning. False: this is a text, and no UTF-8. */
  push(piece: Uint8Array): boolean {
    this.#length += piece.length;
    if (this.#length <= maxKept) this.#pieces.push(piece);
    return this.#compressed || this.#checker === undefined || this.#checker.push(piece);
  }

  /** The message is complete; throws when it cannot be inflated. */
  end(): IncomingMessage {
    const joined = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    const payload = this.#compressed ? this.#inflater!(joined) : joined;
    return {
      type: this.#isBinary ? "binary" : "text",
      payload,
      compressed: this.#compressed,
      octetsInFrames: joined.length,
      frames: this.#frames,
      illegalAt: this.#illegalAt(payload),
    };
  }

  frameEnd(): void {
    this.#frames++;
  }

  #illegalAt(payload: Uint8Array): IncomingMessage["illegalAt"] {
    const checker = this.#checker;
    if (checker === undefined) return "nowhere";
    if (!this.#compressed) return checker.complete ? "nowhere" : "end";
    if (isUtf8(payload)) return "nowhere";
    if (!checker.push(payload)) return "middle";
    return checker.complete ? "nowhere" : "end";
  }
}
