import type { Duplex } from "node:stream";
import {
  CloseCode,
  encodeClose,
  encodePing,
  encodePong,
  isPrepared,
  type MessageTransform,
} from "@exws/frame";
import { CallbackQueue, type CallbackTarget } from "./callback-queue.ts";
import type { ClosedBy, CloseInfo } from "./close-info.ts";
import type { ClosingEvent } from "./closing.ts";
import type { Connection, ReadyState, Sendable, WriteResult } from "./connection.ts";
import type { Deadlined } from "./deadline-wheel.ts";
import { type Delivery, deliver } from "./delivery.ts";
import type { IncomingTarget, Rates, Said } from "./incoming.ts";
import { Liveness } from "./liveness.ts";
import { Outbox, type OutboxOwner } from "./outbox.ts";
import { Outgoing, type OutgoingTarget } from "./outgoing.ts";
import { closeReply, Protocol } from "./protocol.ts";
import type { Receiver } from "./receiver.ts";
import type { ServerContext } from "./server-context.ts";
import { duplexOf, type Transport } from "./transport.ts";
import { unsent } from "./unsent.ts";

/** What the queue of callbacks holds. */
type Item = Delivery | { readonly type: "closed" };

type ClosedListener<State> = (connection: Connection<State>) => void;

/** Why and how a connection ends. */
type Ending = {
  readonly code: number;
  readonly reason: string;
  readonly by: ClosedBy;
  /** The tick at which it is dropped. */
  deadline: number;
  /** The socket was lost with bytes that the kernel had not taken: our Close frame among them, if there was one. */
  cutOff: boolean;
  /** The time that the server had for closing is over. */
  hurried: boolean;
};

const paused = 1;
const notReading = 2;
const finished = 4;

/** Ends after which the application hears nothing more of what the peer had said. */
const deafening: ReadonlySet<ClosedBy> = new Set(["server", "shutdown", "error", "overflow", "timeout"]);

/**
 * The shell of a connection: it owns the socket and its deadlines, feeds the protocol core, does what that decides,
 * and calls the handler. It decides nothing about the protocol itself.
 */
export class WebSocketConnection<State>
  implements
    Connection<State>,
    Receiver,
    Deadlined,
    IncomingTarget,
    OutgoingTarget,
    OutboxOwner,
    CallbackTarget<Item>
{
  state: State;
  readonly remoteAddress: string;
  protocol = "";

  due = 0;
  previous: Deadlined | undefined;
  following: Deadlined | undefined;

  transform: MessageTransform | undefined;
  isDecoding = false;
  isHolding = false;
  rates: Rates | undefined;

  readonly #context: ServerContext<State>;
  readonly #socket: Transport;
  readonly #outbox: Outbox;
  readonly #callbacks: CallbackQueue<Item>;
  /** These two are absent until the handshake is accepted. */
  #core: Protocol | undefined;
  #liveness: Liveness | undefined;
  /** Only where an extension encodes messages, and from the first one on. */
  #outgoing: Outgoing | undefined;
  /** What is true of it, as bits. */
  #state = 0;
  /** From the moment that the connection ends. */
  #ending: Ending | undefined;
  /** The server is closing and waits for the callback that is pending. */
  #shutdown: { code: number; reason: string } | undefined;
  #awaitingDrain: (() => void)[] | undefined;
  /** One by itself: most connections have no more. */
  #closedListeners: ClosedListener<State> | ClosedListener<State>[] | undefined;

  constructor(context: ServerContext<State>, socket: Transport, remoteAddress: string, state: State) {
    this.#context = context;
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
    this.state = state;
    this.#outbox = new Outbox(socket, context.writer, context.outbox, this);
    this.#callbacks = new CallbackQueue(this);
  }

  // No private accessors here: V8 calls out of compiled code for each use of one.
  #is(bit: number): boolean {
    return (this.#state & bit) !== 0;
  }

  #set(bit: number, is: boolean): void {
    this.#state = is ? this.#state | bit : this.#state & ~bit;
  }

  get readyState(): ReadyState {
    const state = this.#core?.state;
    if (state === undefined) return this.#is(finished) ? "closed" : "connecting";
    return state === "open" || state === "closed" ? state : "closing";
  }

  get socket(): Duplex {
    // Who takes the socket may write to it: not before what was written here.
    this.#outbox.flush();
    return duplexOf(this.#socket);
  }

  get bufferedAmount(): number {
    return this.#outbox.backlog + (this.#outgoing?.waiting ?? 0);
  }

  // What the application does.

  write(data: Sendable): WriteResult {
    if (this.#core?.state !== "open") return "closed";
    const { handler } = this.#context;
    if (handler.encode === undefined) return this.#send(data);
    try {
      return this.#send(handler.encode(data));
    } catch (error) {
      this.onFailure(error);
      return "closed";
    }
  }

  #send(message: Sendable): WriteResult {
    const { stats } = this.#context;
    this.#isActive();
    const prepared = isPrepared(message);
    if (typeof message !== "string" && !prepared && !(message instanceof Uint8Array)) {
      throw new TypeError("A message is a string, a Uint8Array or a prepared message");
    }
    stats.messagesSent++;
    if (this.transform !== undefined) {
      // Only now: most connections of a server are idle.
      this.#outgoing ??= new Outgoing(this.transform, this.#outbox, this);
      return this.#outgoing.send(message);
    }
    if (typeof message === "string") return this.#outbox.text(message);
    return prepared ? this.#outbox.prepared(message.bytes) : this.#outbox.binary(message);
  }

  /** A data message goes one way or the other. */
  #isActive(): void {
    const { ticks, wheel } = this.#context;
    // Hardly anybody wants to know.
    if (ticks.idleTimeout !== Number.POSITIVE_INFINITY) this.#liveness!.active(wheel.now);
  }

  ping(data?: string | Uint8Array): WriteResult {
    return this.#control(encodePing(controlPayload(data)));
  }

  pong(data?: string | Uint8Array): WriteResult {
    return this.#control(encodePong(controlPayload(data)));
  }

  #control(frame: Uint8Array): WriteResult {
    if (this.#core?.state !== "open") return "closed";
    return this.bufferedAmount > this.#context.limits.hardBuffer ? "dropped" : this.#outbox.control(frame);
  }

  close(code?: number, reason?: string): "sent" | "closed" {
    const frame = encodeClose(code, reason);
    if (this.#core?.state !== "open") return "closed";
    this.#end("close", code ?? CloseCode.NoStatusReceived, reason ?? "", "server", frame);
    return "sent";
  }

  terminate(): void {
    if (this.#core !== undefined) this.#end("timeout", CloseCode.AbnormalClosure, "", "server");
  }

  pause(): void {
    if (this.#core?.state !== "open") return;
    this.#set(paused, true);
    this.#callbacks.hold();
    this.#updateReading();
  }

  resume(): void {
    // A shutdown that waits for the pending callback has stopped reading for good.
    if (!this.#is(paused) || this.#shutdown !== undefined) return;
    this.#set(paused, false);
    this.#callbacks.release();
    // Within a callback the queue makes no progress before its end.
    this.#updateReading();
  }

  drained(): Promise<void> {
    if (!this.#outbox.isBlocked) this.#outbox.flush();
    const waits = this.#outbox.isBlocked || this.#outgoing?.isPending === true;
    if (!waits || this.readyState === "closed") return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaitingDrain ??= [];
      this.#awaitingDrain.push(resolve);
    });
  }

  onClosed(listener: ClosedListener<State>): void {
    if (typeof listener !== "function") throw new TypeError("onClosed takes a function");
    const listeners = this.#closedListeners;
    if (this.readyState !== "connecting" && this.readyState !== "open") this.#call(listener);
    else if (listeners === undefined) this.#closedListeners = listener;
    else if (typeof listeners === "function") {
      if (listeners !== listener) this.#closedListeners = [listeners, listener];
    } else if (!listeners.includes(listener)) listeners.push(listener);
  }

  #tellClosed(): void {
    const listeners = this.#closedListeners;
    this.#closedListeners = undefined;
    if (typeof listeners === "function") this.#call(listeners);
    else if (listeners !== undefined) for (const listener of listeners) this.#call(listener);
  }

  #call(listener: ClosedListener<State>): void {
    const report = (error: unknown) => this.#context.report(error, this);
    try {
      const result: unknown = listener(this);
      if (result instanceof Promise) result.catch(report);
    } catch (error) {
      report(error);
    }
  }

  // What the server does.

  /**
   * Begins the life of the connection: the 101 response has been written. `rest` came behind the request; `transform` is
   * what the agreed extension does to messages.
   */
  start(protocol: string, rest: Uint8Array, transform?: MessageTransform): void {
    const { wheel, decodersFor, handler, ticks } = this.#context;
    this.protocol = protocol;
    this.#core = new Protocol(decodersFor(transform?.rsv ?? 0));
    this.transform = transform;
    this.#liveness = new Liveness(ticks, wheel.now);
    wheel.schedule(this, this.#liveness.nextDue());
    if (handler.open !== undefined) this.#deliver({ type: "open" }, 0);
    if (rest.length > 0) this.onBytes(rest, 0, rest.length);
  }

  /** Gives the kernel what this turn has gathered, for somebody who will write to the socket itself. */
  flush(): void {
    this.#outbox.flush();
  }

  /** The handshake was not accepted, or its socket is gone: this never becomes a connection. */
  abandon(): void {
    this.#set(finished, true);
    this.#tellClosed();
  }

  /** Reads on after the handshake, unless the application has paused meanwhile. */
  beginReading(): void {
    if (!this.#is(notReading) && this.#socket.isPaused()) this.#socket.resume();
  }

  /**
   * Begins the closing handshake for the server's reasons, once the callback that is pending has settled: its replies
   * go out before the Close frame. A no-op when the closing has begun.
   */
  shutdown(code: number, reason: string): void {
    if (this.#core?.state !== "open") return;
    if (this.#callbacks.isPending) {
      this.#callbacks.clear();
      this.pause();
      this.#shutdown = { code, reason };
    } else {
      this.#end("close", code, reason, "shutdown", encodeClose(code, reason));
    }
  }

  /** Drops TCP for the server's reasons, and waits no longer for a callback that is pending. */
  destroy(): void {
    if (this.#core !== undefined) this.#end("timeout", CloseCode.AbnormalClosure, "", "shutdown");
    if (this.#ending !== undefined) this.#ending.hurried = true;
    if (this.#socket.closed) this.#callbacks.overtake({ type: "closed" });
  }

  // What the socket does.

  onBytes(chunk: Uint8Array, start: number, end: number): void {
    const core = this.#core!;
    this.#context.stats.bytesReceived += end - start;
    // After the closing handshake bytes are read only to be thrown away.
    if (core.state !== "open" && core.state !== "close-sent") return;
    const { wheel, incoming } = this.#context;
    this.#liveness!.heard(wheel.now);
    this.#outbox.claim();
    const completed = incoming.receive(this, core, chunk, start, end);
    this.#timeMessage(completed);
    this.#outbox.release();
  }

  onEnd(): void {
    this.#takeHeld();
    this.#end("peer-end", CloseCode.AbnormalClosure, "", "socket");
  }

  onGone(): void {
    if (this.#core === undefined) return;
    const { wheel, ticks } = this.#context;
    this.#takeHeld();
    this.#end("gone", CloseCode.AbnormalClosure, "", "socket");
    this.#tellClosed();
    this.#outbox.discard();
    this.#outgoing?.discard();
    this.transform?.close();
    this.#wakeDrain();
    wheel.remove(this);
    // The last callback waits for a handler that is busy, but not for one that never comes back.
    if (this.#ending?.hurried === true) {
      this.#callbacks.overtake({ type: "closed" });
      return;
    }
    if (this.#callbacks.isPending) wheel.schedule(this, wheel.now + ticks.closeTimeout);
    this.#callbacks.add({ type: "closed" }, 0);
    this.#callbacks.release();
  }

  // What the peer says.

  onSaid(said: Said): boolean {
    const { handler, stats } = this.#context;
    switch (said.type) {
      case "ping":
        this.#outbox.pong(encodePong(said.data));
        return handler.ping !== undefined && this.#deliver(said, said.data.length);
      case "pong":
        return handler.pong !== undefined && this.#deliver(said, said.data.length);
      default:
        stats.messagesReceived++;
        this.#isActive();
        return this.#deliver(said, said.data.length);
    }
  }

  onClose(code: number, reason: string): void {
    this.#end("peer-close", code, reason, "peer", closeReply(code));
  }

  onViolation(code: number, reason: string): void {
    this.#context.stats.violations++;
    this.#fail(code, reason, "protocol");
  }

  onDecoding(): void {
    this.#updateReading();
    if (!this.isDecoding) this.#timeMessage(true);
  }

  /** A message that has begun and not ended has its time; `completed`: it is another than before. */
  #timeMessage(completed: boolean): void {
    const { wheel } = this.#context;
    if (this.#liveness!.unfinished(wheel.now, this.#core!.isInsideMessage, completed)) {
      wheel.schedule(this, this.#liveness!.nextDue());
    }
  }

  inTurn(work: () => void): void {
    this.#outbox.claim();
    work();
    this.#outbox.release();
  }

  // What the outbox tells.

  onBlocked(): void {
    const { wheel } = this.#context;
    this.#liveness!.blocked(wheel.now, unsent(this.#socket));
    if (this.#core!.state === "open") wheel.schedule(this, this.#liveness!.nextDue());
  }

  onDrained(asked: boolean): void {
    this.#liveness!.unblocked();
    if (this.#outgoing?.isPending !== true) this.#wakeDrain();
    const { handler } = this.#context;
    if (!asked || handler.drained === undefined || this.#core!.state !== "open") return;
    try {
      const result = handler.drained(this);
      if (result instanceof Promise) result.catch((error: unknown) => this.onFailure(error));
    } catch (error) {
      this.onFailure(error);
    }
  }

  onEncoded(): void {
    this.#outbox.tellDrained();
  }

  #wakeDrain(): void {
    const waiting = this.#awaitingDrain;
    this.#awaitingDrain = undefined;
    if (waiting !== undefined) for (const resolve of waiting) resolve();
  }

  onOverflow(): void {
    this.#context.stats.overflows++;
    this.#fail(CloseCode.TryAgainLater, "the peer reads too slowly", "overflow");
  }

  onDropped(): void {
    this.#context.stats.dropped++;
  }

  onEnded(): void {
    this.#setDeadline(this.#context.ticks.lingerTimeout);
  }

  // What the clock does.

  onDue(now: number): number {
    const core = this.#core!;
    if (core.state === "open") return this.#checkLiveness(now);
    if (core.state === "closed") this.#callbacks.overtake({ type: "closed" });
    else if (now < this.#ending!.deadline) return this.#ending!.deadline;
    else this.#timeout();
    return Number.POSITIVE_INFINITY;
  }

  #checkLiveness(now: number): number {
    switch (this.#liveness!.check(now, unsent(this.#socket), this.#is(notReading))) {
      case "fine":
        break;
      case "ping":
        this.#outbox.control(encodePing());
        break;
      case "message-timeout":
        this.#context.stats.timeouts++;
        this.#fail(CloseCode.PolicyViolation, "the message took too long", "timeout");
        break;
      case "idle":
      case "expired":
        this.#context.stats.timeouts++;
        this.#end("close", CloseCode.GoingAway, "", "timeout", encodeClose(CloseCode.GoingAway));
        break;
      case "dead":
      case "stalled":
        this.#timeout();
        break;
    }
    return this.#core!.state === "open" ? this.#liveness!.nextDue() : this.#ending!.deadline;
  }

  #timeout(): void {
    this.#context.stats.timeouts++;
    this.#end("timeout", CloseCode.AbnormalClosure, "", "timeout");
  }

  #setDeadline(ticks: number): void {
    const { wheel } = this.#context;
    const ending = this.#ending!;
    ending.deadline = wheel.now + ticks;
    wheel.schedule(this, ending.deadline);
  }

  // How it ends.

  /** Fails the connection (RFC 6455 §7.1.7). */
  #fail(code: number, reason: string, by: ClosedBy): void {
    this.#end("fail", code, reason, by, encodeClose(code));
  }

  /** Tells the core what happened and does what it decides. `frame` is the Close frame, if one is to be sent. */
  #end(event: ClosingEvent, code: number, reason: string, by: ClosedBy, frame?: Uint8Array): void {
    const isFirst = this.#ending === undefined;
    this.#advance(event, code, reason, by, frame);
    if (isFirst && this.#ending !== undefined) this.#tellClosed();
  }

  #advance(event: ClosingEvent, code: number, reason: string, by: ClosedBy, frame?: Uint8Array): void {
    const core = this.#core!;
    const before = core.state;
    const step = core.on(event);
    if (step.state === before) return;
    if (this.#ending === undefined) {
      this.#ending = { code, reason, by, deadline: 0, cutOff: false, hurried: false };
      if (deafening.has(by)) this.#callbacks.clear();
    }
    const { isBlocked, backlog } = this.#outbox;
    const isOver = step.state === "closed" && (isBlocked || backlog > 0);
    // A Close frame that was held may be read only when the socket is gone: nobody gets the answer.
    const isTooLate = step.send !== "nothing" && this.#socket.destroyed;
    if (isOver || isTooLate) this.#ending.cutOff = true;
    if (step.transport === "destroy") {
      this.#outbox.discard();
      this.#socket.destroy();
      return;
    }
    if (step.state === "closed") return;
    this.#setDeadline(this.#context.ticks.closeTimeout);
    this.#updateReading();
    const send = () => {
      if (step.send !== "nothing") this.#outbox.control(frame!);
      if (step.transport === "end") this.#outbox.end();
    };
    // The Close frame stands behind everything that was sent before it.
    if (this.#outgoing === undefined) send();
    else this.#outgoing.afterwards(send);
  }

  // The callbacks.

  /** Returns whether as much waits now as may. */
  #deliver(delivery: Delivery, size: number): boolean {
    this.#callbacks.add(delivery, size);
    if (this.#callbacks.length === 0) return false;
    if (!this.#is(notReading)) this.#updateReading();
    return this.#isFull();
  }

  #isFull(): boolean {
    const { inboxMessages, inboxBytes } = this.#context.limits;
    return this.#callbacks.length >= inboxMessages || this.#callbacks.bytes >= inboxBytes;
  }

  /** Whatever has come whole is delivered, also when nothing comes any more. */
  #takeHeld(): void {
    if (this.isHolding) this.inTurn(() => this.#context.incoming.goOn(this, this.#core!, true));
  }

  onProgress(): void {
    if (this.#shutdown !== undefined && !this.#callbacks.isPending) {
      const { code, reason } = this.#shutdown;
      this.#shutdown = undefined;
      this.shutdown(code, reason);
    }
    this.#updateReading();
  }

  /** Reads while the application wants to, has room, or is past caring. */
  #updateReading(): void {
    if (this.isHolding && this.#wantsToRead()) {
      this.inTurn(() => this.#context.incoming.goOn(this, this.#core!, false));
      this.#timeMessage(true);
    }
    const reading = this.#wantsToRead();
    if (reading !== this.#is(notReading)) return;
    this.#set(notReading, !reading);
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }

  #wantsToRead(): boolean {
    return this.#core?.state !== "open" || !(this.#is(paused) || this.isDecoding || this.#isFull());
  }

  call(item: Item): unknown {
    return item.type === "closed" ? this.#finish() : deliver(this.#context.handler, this, item);
  }

  onFailure(error: unknown): void {
    this.#fail(CloseCode.InternalError, "a callback failed", "error");
    this.#context.report(error, this);
  }

  /** Calls `closed`, once. */
  #finish(): unknown {
    if (this.#is(finished)) return undefined;
    this.#set(finished, true);
    this.#context.wheel.remove(this);
    const { code, reason, by, cutOff } = this.#ending!;
    const info: CloseInfo = { code, reason, wasClean: this.#core!.wasClean && !cutOff, by };
    this.#context.onClosed(this, info);
    return this.#context.handler.closed?.(this, info);
  }
}

function controlPayload(data: string | Uint8Array | undefined): Uint8Array | undefined {
  if (typeof data === "string") return Buffer.from(data);
  if (data === undefined || data instanceof Uint8Array) return data;
  throw new TypeError("The payload of a control frame is a string or a Uint8Array");
}
