import type { Role } from "./check-header.ts";
import { decodeClosePayload } from "./close-payload.ts";
import { FrameReader } from "./frame-reader.ts";
import { checkLimit } from "./limit.ts";
import { copyMasked, maskOctets } from "./mask.ts";
import { MessageAssembler, type MessageLimits } from "./message-assembler.ts";
import { isControl, Opcode } from "./opcode.ts";
import { commonMemory, type PayloadMemory } from "./payload-memory.ts";
import { ProtocolError } from "./protocol-error.ts";
import { maskReceived } from "./receive-buffer.ts";
import { scratch } from "./scratch.ts";
import { portableUtf8, type Utf8Codec } from "./utf8.ts";

/** What a peer said: a whole data message or a control frame. All bytes are the receiver's to keep. */
export type Message =
  | { readonly type: "text"; readonly data: string }
  | { readonly type: "binary"; readonly data: Uint8Array }
  /** Text, valid UTF-8, as its octets: in place of "text" with `textAsBytes`. */
  | { readonly type: "text-bytes"; readonly data: Uint8Array }
  /** A data message whose first frame carries reserved bits of an extension: `data` is still encoded by it. */
  | { readonly type: "extended"; readonly rsv: number; readonly text: boolean; readonly data: Uint8Array }
  | { readonly type: "ping"; readonly data: Uint8Array }
  | { readonly type: "pong"; readonly data: Uint8Array }
  /** `code` is 1005 when the frame had no payload. */
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** Options of a {@link MessageDecoder}. */
export type MessageDecoderOptions = {
  /** Which end we are: a server takes masked frames only, a client unmasked ones only. */
  role: Role;
  /** The largest message in octets, over all its fragments; default 1 MiB. Refused by the header (1009). */
  maxMessage?: number;
  /** The most fragments of a message, empty ones counted; default 4,096 (1008). */
  maxFragments?: number;
  /** Reserved bits that a negotiated extension defines for messages, 0 to 7; default 0. */
  rsv?: number;
  /** Gives text as its octets ("text-bytes"), checked but not decoded; default false. */
  textAsBytes?: boolean;
  /** How octets become strings; default: the portable codec. A server hands in native functions. */
  utf8?: Utf8Codec;
  /** Where payloads are put; default: memory that is zeroed and that all decoders share. */
  memory?: PayloadMemory;
};

/** Up to this length text is unmasked octet by octet, which finds out on the way whether it is ASCII. */
const octetsPay = 96;
/** The longest text of few octets. */
const few = 32;

/**
 * Turns octets into messages: `push` what has come, then call `next` until it returns `undefined`.
 *
 * Fragments are joined, control frames between them come out in their place, text is refused at the first octet that
 * cannot be UTF-8. What was complete before a violation is handed out first; after one, every `next` throws the
 * same ProtocolError (RFC 6455 §5, §8.1).
 */
export class MessageDecoder {
  readonly #reader: FrameReader;
  readonly #limits: MessageLimits;
  readonly #utf8: Utf8Codec;
  readonly #memory: PayloadMemory;
  readonly #textAsBytes: boolean;
  /** The data message under way, when it did not come in one piece. */
  #assembler: MessageAssembler | undefined;
  #assemblerOpcode = 0;
  #assemblerRsv = 0;
  /** What every `next` throws from now on. */
  #failure: unknown;

  /** Throws a TypeError or a RangeError that names the option. */
  constructor(options: MessageDecoderOptions) {
    this.#memory = options.memory ?? commonMemory;
    this.#reader = new FrameReader(options.role, options.rsv ?? 0, this.#memory);
    this.#limits = {
      maxMessage: checkLimit("maxMessage", options.maxMessage ?? 1_048_576, 0),
      maxFragments: checkLimit("maxFragments", options.maxFragments ?? 4_096, 1),
    };
    this.#utf8 = options.utf8 ?? portableUtf8;
    this.#textAsBytes = options.textAsBytes ?? false;
  }

  /** A message or a frame has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#assembler !== undefined || this.#reader.isInsideFrame;
  }

  /** Octets of memory held for the payload of an unfinished message and of an unfinished control frame. */
  get retainedBytes(): number {
    return (this.#assembler?.capacity ?? 0) + this.#reader.retainedBytes;
  }

  /**
   * Takes more octets, which must stay as they are until `next` has returned `undefined`: by then all of them have been
   * read. After a failure they are ignored. Throws a TypeError for anything but a Uint8Array.
   */
  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    if (this.#failure === undefined) this.#reader.push(chunk, start, end);
  }

  /** The next message, or `undefined` when more octets are needed. Throws a ProtocolError. */
  next(): Message | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#next();
    } catch (error) {
      this.#failure = error;
      this.#assembler = undefined;
      this.#reader.stop();
      throw error;
    }
  }

  #next(): Message | undefined {
    const reader = this.#reader;
    while (reader.advance()) {
      const message = isControl(reader.opcode) ? this.#controlPiece(reader) : this.#dataPiece(reader);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  #controlPiece(reader: FrameReader): Message | undefined {
    const payload = reader.takePayload();
    if (payload === undefined) return undefined;
    if (reader.opcode === Opcode.Ping) return { type: "ping", data: payload };
    if (reader.opcode === Opcode.Pong) return { type: "pong", data: payload };
    return { type: "close", ...decodeClosePayload(payload) };
  }

  #dataPiece(reader: FrameReader): Message | undefined {
    if (reader.isFirst) {
      if (reader.opcode !== Opcode.Continuation) {
        if (reader.fin && reader.isLast) return this.#wholeMessage(reader);
        this.#assemblerOpcode = reader.opcode;
        this.#assemblerRsv = reader.rsv;
        const isText = reader.opcode === Opcode.Text && reader.rsv === 0;
        const kept = !isText || this.#textAsBytes;
        this.#assembler = new MessageAssembler(
          this.#limits,
          isText ? this.#utf8 : undefined,
          this.#memory,
          kept,
        );
      }
      this.#assembler!.begin(reader.length, reader.fin);
    }
    const assembler = this.#assembler!;
    assembler.append(reader.chunk, reader.start, reader.end, reader.maskKey, reader.offset);
    if (!reader.isLast || !reader.fin) return undefined;
    const data = assembler.finish();
    this.#assembler = undefined;
    const message = this.#message(this.#assemblerOpcode, this.#assemblerRsv, data);
    assembler.release();
    return message;
  }

  /** The common case: one frame, all of it there. */
  #wholeMessage(reader: FrameReader): Message {
    const { opcode, rsv, length } = reader;
    if (length > this.#limits.maxMessage) throw new ProtocolError("message-too-large");
    const isText = opcode === Opcode.Text && rsv === 0;
    if (isText && !this.#textAsBytes) {
      const text = this.#wholeText(reader);
      if (text !== undefined) return { type: "text", data: text };
    }
    const data = reader.takePayload()!;
    if (isText && !this.#utf8.isValid(data, 0, length)) throw new ProtocolError("invalid-utf8");
    return this.#message(opcode, rsv, data);
  }

  /** Text that never gets memory of its own but the string; `undefined` when it is too long for that. */
  #wholeText(reader: FrameReader): string | undefined {
    const { chunk, start, end, maskKey, length } = reader;
    if (length <= octetsPay) {
      const text = length <= few ? this.#utf8.decodeMasked?.(chunk, start, length, maskKey) : undefined;
      if (text !== undefined) return text;
      const seen = maskOctets(scratch, 0, chunk, start, end, maskKey);
      if (seen < 0x80) return this.#utf8.decode(scratch, 0, length, true);
    } else if (maskReceived(chunk, start, end, maskKey)) {
      return this.#text(chunk, start, end);
    } else if (length <= scratch.length) {
      copyMasked(scratch, 0, chunk, start, end, maskKey, 0);
    } else {
      return undefined;
    }
    return this.#text(scratch, 0, length);
  }

  #text(bytes: Uint8Array, start: number, end: number): string {
    if (!this.#utf8.isValid(bytes, start, end)) throw new ProtocolError("invalid-utf8");
    return this.#utf8.decode(bytes, start, end, false);
  }

  /** `data` has been checked: text without reserved bits is valid UTF-8. */
  #message(opcode: number, rsv: number, data: Uint8Array): Message {
    const text = opcode === Opcode.Text;
    if (rsv !== 0) return { type: "extended", rsv, text, data };
    if (!text) return { type: "binary", data };
    if (this.#textAsBytes) return { type: "text-bytes", data };
    return { type: "text", data: this.#utf8.decode(data, 0, data.length, false) };
  }
}
