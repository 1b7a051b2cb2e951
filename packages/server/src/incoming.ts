import type { Message, MessageTransform } from "@exws/frame";
import { CloseCode, ProtocolError } from "@exws/frame";
import type { Limits } from "./limits.ts";
import { nodeUtf8 } from "./node-utf8.ts";
import type { Protocol, ProtocolEvent } from "./protocol.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What the peer said, as the application gets it. */
export type Said = Exclude<Message, { type: "close" | "extended" }>;

/** What the rates of one connection have counted. */
export type Rates = { controlFrames: TokenBucket | undefined; messages: TokenBucket | undefined };

/** Who hears what a peer says, and keeps what has to be known of it from one read to the next. */
export interface IncomingTarget {
  /** Decodes messages that an extension has encoded. */
  readonly transform: MessageTransform | undefined;
  /** A message is being decoded; nothing should be read meanwhile. The way in says so, and tells `onDecoding`. */
  isDecoding: boolean;
  /** As much waits for the application as may: what the peer said behind it stays unread. The way in says so. */
  isHolding: boolean;
  /** The way in makes it. */
  rates: Rates | undefined;
  /** Returns whether as much waits for the application now as may. */
  onSaid(said: Said): boolean;
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
 *
 * One for all connections of a server: between two reads there is little to remember of each.
 */
export class Incoming {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #textAsBytes: boolean;

  constructor(limits: Limits, clock: Clock, textAsBytes: boolean) {
    this.#limits = limits;
    this.#clock = clock;
    this.#textAsBytes = textAsBytes;
  }

  /** Takes bytes of a connection; the memory may be used again afterwards. Returns whether a message was completed. */
  receive(target: IncomingTarget, core: Protocol, chunk: Uint8Array, start: number, end: number): boolean {
    if (target.isDecoding || target.isHolding) {
      core.receive(new Uint8Array(chunk.subarray(start, end)), 0, end - start);
      return false;
    }
    core.receive(chunk, start, end);
    return this.#takeEvents(target, core);
  }

  /** Goes on with what was held; with `all` of it, however much waits then. */
  goOn(target: IncomingTarget, core: Protocol, all: boolean): void {
    do {
      target.isHolding = false;
      this.#takeEvents(target, core);
    } while (all && target.isHolding);
  }

  /** Returns whether a message was completed. */
  #takeEvents(target: IncomingTarget, core: Protocol): boolean {
    let completed = false;
    for (let event = next(target, core); event !== undefined; event = next(target, core)) {
      switch (event.type) {
        case "text":
        case "binary":
        case "text-bytes":
          completed = true;
          if (this.#countMessage(target) && target.onSaid(event)) return this.#hold(target, core);
          break;
        case "ping":
        case "pong":
          if (this.#countControl(target) && target.onSaid(event)) this.#hold(target, core);
          if (target.isHolding) return completed;
          break;
        case "extended":
          completed = true;
          if (this.#countMessage(target)) this.#decode(target, core, event.data, event.text);
          if (target.isDecoding || target.isHolding) return completed;
          break;
        case "close":
          target.onClose(event.code, event.reason);
          break;
        case "violation":
          target.onViolation(event.error.closeCode, event.error.message);
          break;
      }
    }
    return completed;
  }

  /** Leaves the rest unread: a single read may be thousands of messages. */
  #hold(target: IncomingTarget, core: Protocol): true {
    target.isHolding = true;
    keepUnread(core);
    return true;
  }

  #decode(target: IncomingTarget, core: Protocol, data: Uint8Array, text: boolean): void {
    try {
      const result = target.transform!.decode(data);
      if (result instanceof Uint8Array) this.#decoded(target, core, result, text);
      else this.#await(target, core, result, text);
    } catch (error) {
      this.#failed(target, error);
    }
  }

  #await(target: IncomingTarget, core: Protocol, result: Promise<Uint8Array>, text: boolean): void {
    target.isDecoding = true;
    keepUnread(core);
    target.onDecoding();
    const goOn = (settle: () => void) => {
      target.isDecoding = false;
      target.inTurn(() => {
        try {
          settle();
        } catch (error) {
          this.#failed(target, error);
        }
        if (!target.isHolding) this.#takeEvents(target, core);
      });
      target.onDecoding();
    };
    result.then(
      (bytes) => goOn(() => this.#decoded(target, core, bytes, text)),
      (error: unknown) => goOn(() => this.#failed(target, error)),
    );
  }

  #decoded(target: IncomingTarget, core: Protocol, bytes: Uint8Array, text: boolean): void {
    if (core.state !== "open") return;
    if (text && !nodeUtf8.isValid(bytes, 0, bytes.length)) {
      this.#failed(target, new ProtocolError("invalid-utf8"));
      return;
    }
    if (target.onSaid(this.#saidOf(bytes, text))) this.#hold(target, core);
  }

  #saidOf(data: Uint8Array, text: boolean): Said {
    if (!text) return { type: "binary", data };
    if (this.#textAsBytes) return { type: "text-bytes", data };
    return { type: "text", data: nodeUtf8.decode(data, 0, data.length, false) };
  }

  #failed(target: IncomingTarget, error: unknown): void {
    if (error instanceof ProtocolError) target.onViolation(error.closeCode, error.message);
    else target.onFailure(error);
  }

  /** Counts a data message; `false` when there were too many. */
  #countMessage(target: IncomingTarget): boolean {
    const { messages } = this.#limits;
    if (messages.perSecond === Number.POSITIVE_INFINITY) return true;
    const rates = ratesOf(target);
    rates.messages ??= new TokenBucket(messages, this.#clock.milliseconds);
    if (rates.messages.take(this.#clock.milliseconds)) return true;
    target.onViolation(CloseCode.PolicyViolation, "too many messages");
    return false;
  }

  /** Counts a control frame; `false` when there were too many. */
  #countControl(target: IncomingTarget): boolean {
    const rates = ratesOf(target);
    rates.controlFrames ??= new TokenBucket(this.#limits.controlFrames, this.#clock.milliseconds);
    if (rates.controlFrames.take(this.#clock.milliseconds)) return true;
    target.onViolation(CloseCode.PolicyViolation, "too many control frames");
    return false;
  }
}

/** The next event. What fails and is no fault of the peer's, such as text that no string can hold, fails the connection only. */
function next(target: IncomingTarget, core: Protocol): ProtocolEvent | undefined {
  try {
    return core.next();
  } catch (error) {
    target.onFailure(error);
    return undefined;
  }
}

/** Makes the core copy what it has not read: the memory of the chunk is used for the next read. */
function keepUnread(core: Protocol): void {
  core.receive(nothing, 0, 0);
}

function ratesOf(target: IncomingTarget): Rates {
  target.rates ??= { controlFrames: undefined, messages: undefined };
  return target.rates;
}
