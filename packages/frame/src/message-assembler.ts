import { PayloadBuffer } from "./payload-buffer.ts";
import { commonMemory, type PayloadMemory } from "./payload-memory.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Utf8Codec, Utf8Validator } from "./utf8.ts";

/** How large one message may get. */
export type MessageLimits = {
  /** Octets of payload over all fragments. */
  readonly maxMessage: number;
  /** Fragments, empty ones counted. */
  readonly maxFragments: number;
};

/**
 * Joins the fragments of one message in one growing buffer and holds the limits: against the announced length,
 * before a byte of it is kept (RFC 6455 §5.4). Text is judged as its octets arrive (§8.1).
 */
export class MessageAssembler {
  readonly #limits: MessageLimits;
  readonly #validator: Utf8Validator | undefined;
  readonly #payload: PayloadBuffer;
  #fragments = 0;

  /**
   * With a codec the message is text, and has to be valid UTF-8. When the payload is not `kept`, its memory serves for other
   * messages after `release`.
   */
  constructor(
    limits: MessageLimits,
    text: Utf8Codec | undefined,
    memory: PayloadMemory = commonMemory,
    kept = true,
  ) {
    this.#limits = limits;
    this.#validator = text === undefined ? undefined : new Utf8Validator(text);
    this.#payload = new PayloadBuffer(limits.maxMessage, memory, kept);
  }

  /** Octets of memory held for the message so far. */
  get capacity(): number {
    return this.#payload.capacity;
  }

  /**
   * Announces a fragment of `length` octets; with `last` it is known to be the final one, and no memory is kept ready
   * for more. Throws a ProtocolError when the message outgrows its limits.
   */
  begin(length: number, last = false): void {
    // Compared so that no claimed length can overflow the sum.
    if (length > this.#limits.maxMessage - this.#payload.length) throw new ProtocolError("message-too-large");
    if (++this.#fragments > this.#limits.maxFragments) throw new ProtocolError("too-many-fragments");
    this.#payload.expect(length, last);
  }

  /**
   * Adds a piece of the fragment, unmasking it with `key` from `phase` on (a key of 0 leaves it as it is); the source
   * is copied. Throws a ProtocolError as soon as text cannot be valid any more.
   */
  append(source: Uint8Array, start: number, end: number, key: number, phase: number): void {
    const had = this.#payload.length;
    this.#payload.append(source, start, end, key, phase);
    if (this.#validator?.push(this.#payload.bytes, had, this.#payload.length) === false) {
      throw new ProtocolError("invalid-utf8");
    }
  }

  /**
   * The whole payload, which is the caller's from now on; the assembler is done with. Throws a ProtocolError for text
   * that ends inside a character.
   */
  finish(): Uint8Array {
    if (this.#validator?.end() === false) throw new ProtocolError("invalid-utf8");
    return this.#payload.take();
  }

  /** Lets go of the payload: unless it is kept, what `finish` returned must not be used any more. */
  release(): void {
    this.#payload.release();
  }
}
