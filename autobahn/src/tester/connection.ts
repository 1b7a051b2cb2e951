import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { CloseCode, Opcode } from "@exws/frame";
import type { Cutter } from "../wire/cutter.ts";
import { FrameReader, type FrameSink, type IncomingHeader } from "../wire/frame-reader.ts";
import { type IncomingMessage, MessageAssembly, type MessageInflater } from "./message-assembly.ts";
import { Output } from "./output.ts";
import type { ProtocolOptions } from "./protocol-options.ts";
import { count, Statistics } from "./statistics.ts";
import { type Timer, Timers } from "./timers.ts";
import { excerptOf, type WireLog } from "./wire-log.ts";

/** Where a connection is: as RFC 6455 §7.1 has it, with `connecting` before the handshake is done. */
export type ConnectionState = "connecting" | "open" | "closing" | "closed";

/** What a case hears of its connection. */
export type ConnectionEvents = {
  message(message: IncomingMessage): void;
  pong(payload: Uint8Array): void;
  /** TCP is gone; once. */
  closed(): void;
};

/** Where a connection runs and what it keeps to. */
export type ConnectionSetup = {
  readonly socket: Socket;
  readonly isServer: boolean;
  readonly options: ProtocolOptions;
  readonly log: WireLog;
  readonly cutter?: Cutter | undefined;
};

/** Close codes that may be on the wire for the genuine suite: it is of 2015 and does not know 1012 to 1014. */
function isLegalCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999);
}

/** Octets that may wait to be sent while Pings are still answered: a peer that only floods does not read either. */
const maxBacklog = 32 * 2 ** 20;

/** One connection of the tester: RFC 6455 as the genuine suite keeps it, down to when it drops TCP. */
export class Connection implements FrameSink {
  readonly log: WireLog;
  readonly statistics: Statistics = new Statistics();
  readonly isServer: boolean;
  readonly output: Output;
  /** They stop when TCP is gone. */
  readonly timers: Timers = new Timers();
  readonly #socket: Socket;
  readonly #options: ProtocolOptions;
  #state: ConnectionState = "connecting";
  #reader: FrameReader | undefined;
  #assembly: MessageAssembly | undefined;
  #events: ConnectionEvents | undefined;
  #replyTimer: Timer | undefined;

  openedAt: number | undefined;
  closedAt: number | undefined;
  closedByMe = false;
  failedByMe = false;
  droppedByMe = false;
  wasClean = false;
  wasNotCleanReason: string | null = null;
  wasServerConnectionDropTimeout = false;
  wasOpenHandshakeTimeout = false;
  wasCloseHandshakeTimeout = false;
  localCloseCode: number | null = null;
  localCloseReason: Uint8Array | null = null;
  remoteCloseCode: number | null = null;
  remoteCloseReason: string | null = null;

  constructor({ socket, isServer, options, log, cutter }: ConnectionSetup) {
    this.#socket = socket;
    this.isServer = isServer;
    this.#options = options;
    this.log = log;
    const { statistics } = this;
    const masks = isServer ? options.maskServerFrames : options.maskClientFrames;
    this.output = new Output({ socket, log, statistics, cutter, masks });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get dropped(): boolean {
    return this.#state === "closed";
  }

  /** The opening handshake is done: frames follow. `inflater` is there when permessage-deflate was agreed on. */
  open(events: ConnectionEvents, inflater?: MessageInflater): void {
    const mustMask = this.isServer && this.#options.requireMaskedClientFrames ? true : undefined;
    const mustNot = !this.isServer && !this.#options.acceptMaskedServerFrames ? false : undefined;
    this.#reader = new FrameReader(this, { masked: mustMask ?? mustNot, deflate: inflater !== undefined });
    this.#assembly = new MessageAssembly(inflater, this.#options.utf8validateIncoming);
    this.#events = events;
    this.#state = "open";
    this.output.open();
    this.openedAt = performance.now();
  }

  /** Octets came. */
  received(chunk: Uint8Array): void {
    this.statistics.read(chunk.length, this.#state !== "connecting");
    if (this.log.on) this.log.add({ kind: "read", excerpt: excerptOf(chunk) });
    this.frames(chunk);
  }

  /** Frames came, perhaps together with the end of the opening handshake. */
  frames(octets: Uint8Array): void {
    if (octets.length > 0) this.#reader?.push(octets);
  }

  /** TCP is gone. */
  lost(): void {
    if (this.closedAt !== undefined) return;
    this.closedAt = performance.now();
    this.timers.stopAll();
    this.output.lost();
    this.#state = "closed";
    if (!this.wasClean && !this.droppedByMe) {
      this.wasNotCleanReason ??= "the peer dropped TCP without a closing handshake";
    }
    this.#events?.closed();
  }

  /** Begins the closing handshake with this payload, once; later calls do nothing. */
  close(payload: Uint8Array, isReply = false): void {
    if (this.#state !== "open") return;
    this.output.sendFrame({ opcode: Opcode.Close, fin: true, rsv: 0 }, payload);
    this.#state = "closing";
    this.closedByMe = !isReply;
    this.localCloseCode = payload.length < 2 ? null : (payload[0]! << 8) | payload[1]!;
    this.localCloseReason = payload.length > 2 ? payload.slice(2) : null;
    const { closeHandshakeTimeout } = this.#options;
    if (isReply || closeHandshakeTimeout === 0) return;
    this.#replyTimer = this.timers.start(closeHandshakeTimeout, () => {
      if (this.dropped) return;
      this.wasCloseHandshakeTimeout = true;
      this.#unclean("the peer did not answer the Close in time");
      this.drop();
    });
  }

  /** As `close`, with a code and a reason. */
  closeWith(code: number, reason = ""): void {
    const text = Buffer.from(reason).subarray(0, 123);
    this.close(Buffer.concat([Uint8Array.of(code >> 8, code & 0xff), text]));
  }

  /** Fails the connection: a Close, or, when the closing has begun already, TCP is dropped. */
  fail(code: number, reason: string): void {
    if (this.dropped) return;
    this.failedByMe = true;
    if (this.#options.failByDrop) {
      this.#unclean("the tester failed the connection by dropping TCP");
      this.drop();
    } else if (this.#state === "closing") {
      this.drop();
    } else {
      this.closeWith(code, reason);
    }
  }

  /** Drops TCP. What the peer still sends is not read. */
  drop(): void {
    if (this.dropped) return;
    this.droppedByMe = true;
    this.log.note("The tester drops TCP.");
    this.end();
  }

  /** Ends TCP as if it had gone by itself. */
  end(): void {
    this.#state = "closed";
    this.#socket.pause();
    this.output.end();
  }

  violation(reason: string): void {
    this.log.note(`Violation: ${reason}.`);
    this.fail(CloseCode.ProtocolError, reason);
  }

  messageBegin(header: IncomingHeader): void {
    this.#assembly?.begin(header);
  }

  messageData(octets: Uint8Array): void {
    if (this.#assembly?.push(octets) === false) this.#illegalText();
  }

  dataFrameEnd(header: IncomingHeader, pieces: readonly Uint8Array[]): void {
    this.#assembly?.frameEnd();
    this.#frameCame(header, pieces);
  }

  messageEnd(): void {
    const assembly = this.#assembly;
    if (assembly === undefined) return;
    let message: IncomingMessage | undefined;
    try {
      message = assembly.end();
    } catch {
      // As in the genuine suite, where the exception of zlib ends the connection without a Close.
      this.wasNotCleanReason = "a compressed message cannot be inflated";
      this.log.note("A compressed message cannot be inflated: TCP ends.");
      this.end();
      return;
    }
    const { incoming } = this.statistics;
    this.statistics.message(incoming, message.payload.length, message.octetsInFrames, message.frames);
    if (message.illegalAt === "middle") this.#illegalText();
    if (message.illegalAt !== "nowhere") this.#illegalText();
    if (!this.failedByMe) this.#events?.message(message);
  }

  control(header: IncomingHeader, payload: Uint8Array): void {
    this.#frameCame(header, [payload]);
    if (header.opcode === Opcode.Close) this.#closeCame(payload);
    else if (header.opcode === Opcode.Ping && this.#state === "open" && this.output.backlog < maxBacklog) {
      this.output.sendFrame({ opcode: Opcode.Pong, fin: true, rsv: 0 }, payload);
    } else if (header.opcode === Opcode.Pong) this.#events?.pong(payload);
  }

  #frameCame({ opcode, fin, rsv, masked, key }: IncomingHeader, pieces: readonly Uint8Array[]): void {
    count(this.statistics.framesIn, opcode);
    if (!this.log.on) return;
    const payload = excerptOf(...pieces);
    this.log.add({ kind: "frame-in", payload, opcode, fin, rsv, key: masked ? key : undefined });
  }

  #closeCame(payload: Uint8Array): void {
    this.remoteCloseCode = payload.length < 2 ? null : (payload[0]! << 8) | payload[1]!;
    if (this.remoteCloseCode !== null && !isLegalCode(this.remoteCloseCode)) {
      this.violation(`the close code ${this.remoteCloseCode} is illegal`);
    }
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) this.#illegalText();
    if (reason.length > 0) this.remoteCloseReason = Buffer.from(reason).toString();
    if (this.#state === "closing") this.#answerCame();
    else if (this.#state === "open") this.#answerClose(payload);
  }

  /** The peer's Close after the tester's own: only TCP is left to end. */
  #answerCame(): void {
    this.timers.stop(this.#replyTimer);
    this.wasClean = true;
    if (this.isServer) {
      this.drop();
      return;
    }
    const { serverConnectionDropTimeout } = this.#options;
    if (serverConnectionDropTimeout === 0) return;
    this.timers.start(serverConnectionDropTimeout, () => {
      if (this.dropped) return;
      this.wasServerConnectionDropTimeout = true;
      this.#unclean("the server did not drop TCP in time");
      this.drop();
    });
  }

  #answerClose(payload: Uint8Array): void {
    this.wasClean = true;
    this.close(this.#options.echoCloseCodeReason ? payload.slice() : Uint8Array.of(0x03, 0xe8), true);
    if (this.isServer) this.drop();
  }

  #illegalText(): void {
    this.log.note("Violation: the text is not UTF-8.");
    this.fail(CloseCode.InvalidPayload, "the text is not UTF-8");
  }

  #unclean(reason: string): void {
    this.wasClean = false;
    this.wasNotCleanReason = reason;
  }
}
