import type { Message, MessageTransform } from "@exws/frame";
import { CloseCode, ProtocolError } from "@exws/frame";
import type { Limits } from "./limits.ts";
import { nodeUtf8 } from "./node-utf8.ts";
import type { Protocol } from "./protocol.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What the peer said, as the application gets it. */
export type Said = Exclude<Message, { type: "close" | "extended" }>;

/** Who hears what a peer says. */
export interface IncomingTarget {
  onSaid(said: Said): void;
  /** The peer's Close frame. */
  onClose(code: number, reason: string): void;
  /** The peer broke a rule or a limit: the connection has to be failed with this close code. */
  onViolation(code: number, reason: string): void;
  /** Something of ours failed while decoding. */
  onFailure(error: unknown): void;
  /** Nothing may be read, or may be again: a message is being decoded. */
  onDecoding(): void;
  /** Runs `work` so that its replies leave in one write. */
  inTurn(work: () => void): void;
}

type Clock = { readonly milliseconds: number };

const nothing = new Uint8Array(0);

/**
 * The way in: takes bytes to the protocol core, decodes the messages that an extension has encoded, and counts what comes
 * against the rates. While a message is being decoded elsewhere everything behind it waits, so that nothing overtakes.
 */
export class Incoming {
  readonly #core: Protocol;
  readonly #target: IncomingTarget;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #textAsBytes: boolean;
  readonly #transform: MessageTransform | undefined;
  #decoding = false;
  #completed = false;
  #controlFrames: TokenBucket | undefined;
  #messages: TokenBucket | undefined;

  constructor(
    core: Protocol,
    target: IncomingTarget,
    limits: Limits,
    clock: Clock,
    textAsBytes: boolean,
    transform: MessageTransform | undefined,
  ) {
    this.#core = core;
    this.#target = target;
    this.#limits = limits;
    this.#clock = clock;
    this.#textAsBytes = textAsBytes;
    this.#transform = transform;
  }

  /** A message is being decoded; nothing should be read meanwhile. */
  get isDecoding(): boolean {
    return this.#decoding;
  }

  /** Takes bytes; the memory may be used again afterwards. Returns whether a message was completed. */
  receive(chunk: Uint8Array, start: number, end: number): boolean {
    this.#completed = false;
    if (this.#decoding) this.#core.receive(new Uint8Array(chunk.subarray(start, end)), 0, end - start);
    else {
      this.#core.receive(chunk, start, end);
      this.#takeEvents();
    }
    return this.#completed;
  }

  #takeEvents(): void {
    for (let event = this.#core.next(); event !== undefined; event = this.#core.next()) {
      switch (event.type) {
        case "text":
        case "binary":
        case "text-bytes":
          this.#completed = true;
          if (this.#countMessage()) this.#target.onSaid(event);
          break;
        case "ping":
        case "pong":
          if (this.#countControl()) this.#target.onSaid(event);
          break;
        case "extended":
          this.#completed = true;
          if (this.#countMessage()) this.#decode(event.data, event.text);
          if (this.#decoding) return;
          break;
        case "close":
          this.#target.onClose(event.code, event.reason);
          break;
        case "violation":
          this.#target.onViolation(event.error.closeCode, event.error.message);
          break;
      }
    }
  }

  #decode(data: Uint8Array, text: boolean): void {
    try {
      const result = this.#transform!.decode(data);
      if (result instanceof Uint8Array) this.#decoded(result, text);
      else this.#await(result, text);
    } catch (error) {
      this.#failed(error);
    }
  }

  #await(result: Promise<Uint8Array>, text: boolean): void {
    this.#decoding = true;
    // Makes the core copy what it has not read: the memory of the chunk is used for the next read.
    this.#core.receive(nothing, 0, 0);
    this.#target.onDecoding();
    const goOn = (settle: () => void) => {
      this.#decoding = false;
      this.#target.inTurn(() => {
        settle();
        this.#takeEvents();
      });
      this.#target.onDecoding();
    };
    result.then(
      (bytes) => goOn(() => this.#decoded(bytes, text)),
      (error: unknown) => goOn(() => this.#failed(error)),
    );
  }

  #decoded(bytes: Uint8Array, text: boolean): void {
    if (this.#core.state !== "open") return;
    if (!text) this.#target.onSaid({ type: "binary", data: bytes });
    else if (!nodeUtf8.isValid(bytes, 0, bytes.length)) this.#failed(new ProtocolError("invalid-utf8"));
    else if (this.#textAsBytes) this.#target.onSaid({ type: "text-bytes", data: bytes });
    else this.#target.onSaid({ type: "text", data: nodeUtf8.decode(bytes, 0, bytes.length, false) });
  }

  #failed(error: unknown): void {
    if (error instanceof ProtocolError) this.#target.onViolation(error.closeCode, error.message);
    else this.#target.onFailure(error);
  }

  /** Counts a data message; `false` when there were too many. */
  #countMessage(): boolean {
    const { messages } = this.#limits;
    if (messages.perSecond === Number.POSITIVE_INFINITY) return true;
    this.#messages ??= new TokenBucket(messages, this.#clock.milliseconds);
    if (this.#messages.take(this.#clock.milliseconds)) return true;
    this.#target.onViolation(CloseCode.PolicyViolation, "too many messages");
    return false;
  }

  /** Counts a control frame; `false` when there were too many. */
  #countControl(): boolean {
    this.#controlFrames ??= new TokenBucket(this.#limits.controlFrames, this.#clock.milliseconds);
    if (this.#controlFrames.take(this.#clock.milliseconds)) return true;
    this.#target.onViolation(CloseCode.PolicyViolation, "too many control frames");
    return false;
  }
}
