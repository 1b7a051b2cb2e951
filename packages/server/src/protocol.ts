import { CloseCode, encodeClose, type Message, type MessageDecoder, ProtocolError } from "@exws/frame";
import { type ClosingEvent, type ClosingState, type ClosingStep, closingSteps } from "./closing.ts";
import type { DecoderPool } from "./decoder-pool.ts";

/** What the peer's bytes amount to: something it said, or a rule that it broke. */
export type ProtocolEvent = Message | { readonly type: "violation"; readonly error: ProtocolError };

const sent = 1;
const received = 2;

/**
 * One end of a WebSocket without its socket: bytes in, events and decisions out, no clock and no I/O
 * (RFC 6455 §5-7).
 *
 * `receive` what has come, then call `next` until it returns `undefined`; tell it what happens with `on`, which says
 * what to do. What was complete before a violation comes out first, and nothing comes out after it, or after the
 * peer's Close frame.
 */
export class Protocol {
  readonly #decoders: DecoderPool;
  /** Held from the first byte of a message to its last. */
  #decoder: MessageDecoder | undefined;
  #state: ClosingState = "open";
  /** The Close frames that have gone over the wire, as bits. */
  #closes = 0;

  constructor(decoders: DecoderPool) {
    this.#decoders = decoders;
  }

  get state(): ClosingState {
    return this.#state;
  }

  /** Both Close frames have gone over the wire (RFC 6455 §7.1.4). */
  get wasClean(): boolean {
    return this.#closes === (sent | received);
  }

  /** A frame or a fragmented message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#decoder !== undefined;
  }

  /** Takes bytes, which must stay as they are until `next` has returned `undefined`. */
  receive(chunk: Uint8Array, start: number, end: number): void {
    if (!this.#isListening()) return;
    this.#decoder ??= this.#decoders.take();
    this.#decoder.push(chunk, start, end);
  }

  /**
   * The next event, or `undefined` when more bytes are needed or nothing matters any more. Throws only what is no fault of the
   * peer's; the connection has to be failed then.
   */
  next(): ProtocolEvent | undefined {
    while (this.#decoder !== undefined && this.#isListening()) {
      let message: Message | undefined;
      try {
        message = this.#decoder.next();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#decoder = undefined;
        return { type: "violation", error };
      }
      if (message === undefined) this.#rest(this.#decoder);
      else if (message.type === "close") this.#closes |= received;
      // §5.5.1, §7.1.2: what comes after our Close is still parsed, to find the peer's; nobody waits for it.
      else if (this.#state === "close-sent") continue;
      return message;
    }
    return undefined;
  }

  // Not an accessor: V8 calls out of compiled code for each use of a private one.
  #isListening(): boolean {
    return this.#state === "open" || this.#state === "close-sent";
  }

  /** Gives the decoder back, unless it is in the middle of something. */
  #rest(decoder: MessageDecoder): void {
    if (decoder.isInsideMessage) return;
    this.#decoder = undefined;
    this.#decoders.give(decoder);
  }

  /** Says what an event leads to and goes over to the new state. */
  on(event: ClosingEvent): ClosingStep {
    const step = closingSteps[this.#state][event];
    this.#state = step.state;
    if (!this.#isListening()) this.#decoder = undefined;
    if (step.send !== "nothing") this.#closes |= sent;
    return step;
  }
}

/** The Close frame that answers one with this code: the same code, or none for none (RFC 6455 §5.5.1). */
export function closeReply(code: number): Uint8Array {
  return code === CloseCode.NoStatusReceived ? encodeClose() : encodeClose(code);
}
