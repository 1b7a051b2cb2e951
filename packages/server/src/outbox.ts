import { encodeHeader, headerLength, Opcode } from "@exws/frame";
import type { WriteResult } from "./connection.ts";
import { margin, maxHead, putAscii, putText, textFrame } from "./text-frame.ts";
import type { Transport } from "./transport.ts";
import type { TurnWriter } from "./turn-writer.ts";

/** What to do with a message that would exceed the outbound bound. */
export type OverflowPolicy = "close" | "drop-newest" | "drop-oldest";

/** The outbound bounds of a connection. */
export type OutboxOptions = {
  readonly softBuffer: number;
  readonly hardBuffer: number;
  readonly pongs: number;
  readonly onOverflow: OverflowPolicy;
};

/** Who owns an outbox and hears of it. */
export interface OutboxOwner {
  /** The kernel stopped taking what is sent. */
  onBlocked(): void;
  /** Nothing waits any more; `asked` when a write was "queued" or "dropped" since the last time. */
  onDrained(asked: boolean): void;
  /** A message exceeded the bound under the policy "close". */
  onOverflow(): void;
  /** A message was given up. */
  onDropped(): void;
  /** Everything is out and our side of TCP is ended. */
  onEnded(): void;
}

/** Payloads from this size on are written from where they are; smaller ones are copied into one write. */
export const direct = 32_768;
/** What is gathered for one write: it bounds what a peer that does not read makes us hold. */
const gather = 32_768;
/** Strings up to this length fit a 7-bit length whatever they hold. */
const shortString = 41;
const nothing = new Uint8Array(0);
/** The queue of all that have nothing in it; never changed. */
const none: Uint8Array[] = [];
/** The socket may hold on to what it was given: it gets a copy, and the shared buffer stays. */
const keeps = 1;
/** The socket holds bytes that the kernel has not taken. */
const blocked = 2;
/** It is flushed when the turn ends. */
const flushing = 4;
const ending = 8;
const ended = 16;
const tellDrained = 32;
/** A reply of its own waits in the shared buffer. */
const replying = 64;

/**
 * What one connection sends, in order and within bounds.
 *
 * Frames go to the socket only while the kernel takes them; behind a peer that does not read they wait here, as whole
 * frames, where a policy can still decide about them. A frame that is not a control frame may be dropped.
 */
export class Outbox {
  readonly #socket: Transport;
  readonly #writer: TurnWriter;
  readonly #options: OutboxOptions;
  readonly #owner: OutboxOwner;
  /** Below this many waiting bytes no bound is near. */
  readonly #roomy: number;
  /** Frames not given to the socket. */
  #queue = none;
  #queuedBytes = 0;
  /** What is true of it, as bits: an outbox stands idle in every connection. */
  #state = 0;
  /** Pongs in the queue; above the bound only the latest is kept. */
  #pongs = 0;
  #latestPong: Uint8Array | undefined;

  constructor(socket: Transport, writer: TurnWriter, options: OutboxOptions, owner: OutboxOwner) {
    this.#socket = socket;
    this.#writer = writer;
    this.#options = options;
    this.#owner = owner;
    if (!writesAtOnce(socket)) this.#state = keeps;
    this.#roomy = Math.min(options.softBuffer, options.hardBuffer);
  }

  // No private accessors here: V8 calls out of compiled code for each use of one.
  #is(bit: number): boolean {
    return (this.#state & bit) !== 0;
  }

  #set(bit: number, is: boolean): void {
    this.#state = is ? this.#state | bit : this.#state & ~bit;
  }

  /** Bytes that wait to be sent. */
  get backlog(): number {
    const writer = this.#writer;
    const inTurn = writer.owner === this ? writer.end - writer.start : 0;
    return this.#waiting() + inTurn + (this.#is(replying) ? writer.replyBytes(this) : 0);
  }

  /** The kernel did not take everything. */
  get isBlocked(): boolean {
    return this.#is(blocked);
  }

  #waiting(): number {
    return this.#queuedBytes + this.#socket.writableLength;
  }

  /** Takes the shared buffer for the replies to what was just read. */
  claim(): void {
    const writer = this.#writer;
    // An in-memory stream delivers while another connection works: that one has its replies out before it loses the buffer.
    if (writer.owner !== this) writer.owner?.flush();
    if (this.#is(replying)) writer.sendReplies();
    if (this.#queue.length > 0) this.flush();
    writer.own(this);
  }

  /** Sends the replies, now or with those of others before the turn ends, and gives the shared buffer back. */
  release(): void {
    const writer = this.#writer;
    if (writer.owner === this) {
      if (!this.#is(keeps | blocked) && writer.keepReply()) this.#state |= replying;
      else this.#flushShared();
    }
    writer.disown();
    if (this.#queue.length > 0) this.flush();
  }

  /** Sends a reply that has waited, and what stands behind it, in one write. */
  sendReply(reply: Uint8Array): void {
    // It was given up with the connection.
    if (!this.#is(replying)) return;
    this.#set(replying, false);
    this.#writer.count(reply.length);
    if (this.#queue.length === 0) this.#socket.write(reply);
    else this.#writeQueue(reply);
    if (this.#socket.writableLength === 0) return;
    this.#writer.renew();
    this.#noticeBlocked();
  }

  /** Sends a text message. */
  text(data: string): WriteResult {
    if (this.#waiting() === 0) {
      if (data.length >= direct) return this.#largeText(data);
      const written =
        this.#writer.owner === this &&
        (data.length <= shortString ? this.#shortText(data) : this.#longText(data));
      if (written) return "sent";
    }
    return this.#message(textFrame(data));
  }

  /** Sends a binary message. Large data is not copied and must not be changed until it is sent. */
  binary(data: Uint8Array): WriteResult {
    const { length } = data;
    if (this.#waiting() > 0) return this.#message(binaryFrame(data));
    if (length >= direct) return this.#direct(data);
    const writer = this.#writer;
    if (writer.owner !== this || !this.#makeRoom(length + 4)) return this.#message(binaryFrame(data));
    const { buffer } = writer;
    const at = writer.end + encodeHeader(buffer, writer.end, true, 0, Opcode.Binary, length);
    if (length > 32) buffer.set(data, at);
    else for (let i = 0; i < length; i++) buffer[at + i] = data[i]!;
    writer.end = at + length;
    return "sent";
  }

  /** Sends a data message that is framed already. The bytes must not be changed. */
  prepared(frame: Uint8Array): WriteResult {
    return this.#message(frame);
  }

  /** Sends a control frame: it is never dropped, whatever waits. */
  control(frame: Uint8Array): WriteResult {
    // Nothing may stand behind a Close frame.
    if (isClose(frame)) this.#queueLatestPong();
    this.#add(frame);
    return this.pressure();
  }

  /** Answers a Ping. While too many answers wait, only the latest is kept (RFC 6455 §5.5.3). */
  pong(frame: Uint8Array): void {
    if (this.#is(blocked)) {
      if (this.#pongs >= this.#options.pongs) {
        this.#latestPong = frame;
        return;
      }
      this.#pongs++;
    }
    this.#add(frame);
  }

  /** Ends our side of TCP once everything is out. */
  end(): void {
    this.#state |= ending;
    this.flush();
    this.#endWhenEmpty();
  }

  /** Forgets what waits: the socket is lost. */
  discard(): void {
    this.#queue = none;
    this.#queuedBytes = 0;
    this.#latestPong = undefined;
    this.#set(tellDrained, false);
    this.#set(replying, false);
    if (this.#writer.owner === this) this.#writer.end = this.#writer.start;
  }

  /** Gives the socket what waits, unless it is behind. */
  flush(): void {
    this.#set(flushing, false);
    this.#flushShared();
    if (this.#is(blocked) || this.#queue.length === 0) return;
    const bytes = this.#queuedBytes;
    const { buffer, owner } = this.#writer;
    if (this.#queue.length > 1 && owner === undefined && bytes <= buffer.length) {
      this.#writer.gather(this.#takeQueue());
      this.#writeShared(0, bytes);
    } else {
      this.#writeQueue();
    }
    this.#noticeBlocked();
  }

  #takeQueue(): Uint8Array[] {
    const queue = this.#queue;
    this.#queue = none;
    this.#queuedBytes = 0;
    this.#pongs = 0;
    return queue;
  }

  /** Writes the frames from where they are, behind `ahead`, in one write. */
  #writeQueue(ahead?: Uint8Array): void {
    this.#writer.count(this.#queuedBytes);
    const queue = this.#takeQueue();
    if (ahead === undefined && queue.length === 1) {
      this.#socket.write(queue[0]!);
      return;
    }
    this.#socket.cork();
    if (ahead !== undefined) this.#socket.write(ahead);
    for (const frame of queue) this.#socket.write(frame);
    this.#socket.uncork();
  }

  /**
   * Says what becomes of a message of `length` bytes when `ahead` bytes wait elsewhere, and gives up messages as the
   * overflow policy says: "dropped" and "closed" mean that it may not be sent.
   */
  admit(length: number, ahead = 0): WriteResult {
    let waiting = this.#waiting() + ahead;
    if (waiting + length > this.#options.hardBuffer && !this.#is(blocked)) {
      // What this turn has gathered does not wait for the peer.
      this.flush();
      waiting = this.#waiting() + ahead;
    }
    if (waiting > 0 && waiting + length > this.#options.hardBuffer) {
      if (this.#options.onOverflow === "close") {
        this.#owner.onOverflow();
        return "closed";
      }
      this.#set(tellDrained, true);
      if (this.#options.onOverflow === "drop-newest" || !this.#dropOldest(length + ahead)) {
        this.#owner.onDropped();
        return "dropped";
      }
    }
    return this.pressure(ahead + length);
  }

  #message(frame: Uint8Array): WriteResult {
    // Far from every bound, which is where a peer that reads always is. When frames wait for the end of the turn the socket
    // has been looked at.
    if (
      !this.#is(blocked) &&
      (this.#is(flushing) || this.#socket.writableLength === 0) &&
      this.#queuedBytes + frame.length < this.#roomy
    ) {
      this.#add(frame);
      return "sent";
    }
    const asked = this.#is(tellDrained);
    const verdict = this.admit(frame.length);
    if (verdict === "dropped" || verdict === "closed") return verdict;
    // Whether it really waits shows once the kernel has been asked.
    this.#set(tellDrained, asked);
    this.#add(frame);
    return this.pressure();
  }

  /** Says whether a message that was taken waits, behind `ahead` bytes that wait elsewhere. */
  pressure(ahead = 0): WriteResult {
    if (this.#waiting() + ahead < this.#options.softBuffer) return "sent";
    this.#set(tellDrained, true);
    return "queued";
  }

  /** Adds a frame behind all others. */
  #add(frame: Uint8Array): void {
    const writer = this.#writer;
    const share = writer.owner === this && this.#queue.length === 0 && frame.length < direct;
    if (share && this.#makeRoom(frame.length)) {
      writer.buffer.set(frame, writer.end);
      writer.end += frame.length;
      return;
    }
    this.#enqueue(frame);
    if (this.#is(blocked)) return;
    // A burst within one turn is not a slow peer: the kernel gets it before it counts as waiting.
    if (this.#queuedBytes >= this.#options.softBuffer) this.flush();
    else if (!this.#is(flushing)) {
      this.#set(flushing, true);
      writer.flushLater(this);
    }
  }

  /** Drops the oldest data messages until `length` bytes more fit; `false`, and nothing is dropped, when they never will. */
  #dropOldest(length: number): boolean {
    const queue = this.#queue;
    const kept: Uint8Array[] = [];
    const excess = this.#waiting() + length - this.#options.hardBuffer;
    let freed = 0;
    let end = 0;
    for (; end < queue.length && excess > freed; end++) {
      const frame = queue[end]!;
      if (isControlFrame(frame)) kept.push(frame);
      else freed += frame.length;
    }
    if (excess > freed) return false;
    for (let i = kept.length; i < end; i++) this.#owner.onDropped();
    queue.splice(0, end, ...kept);
    this.#queuedBytes -= freed;
    return true;
  }

  /** Writes a large payload from where it is, behind what the turn has gathered. */
  #direct(payload: Uint8Array): WriteResult {
    const { length } = payload;
    const header = new Uint8Array(headerLength(length, false));
    encodeHeader(header, 0, true, 0, Opcode.Binary, length);
    this.#socket.cork();
    this.#flushShared();
    this.#writer.count(header.length + length);
    this.#socket.write(header);
    this.#socket.write(payload);
    this.#socket.uncork();
    this.#noticeBlocked();
    return this.pressure();
  }

  /** Encodes a frame into the shared buffer in one pass; `false` when the buffer cannot be had. */
  #shortText(data: string): boolean {
    if (!this.#makeRoom(2 + shortString * 3)) return false;
    const { buffer, end: at } = this.#writer;
    const { length } = data;
    let octets = 0;
    for (; octets < length; octets++) {
      const unit = data.charCodeAt(octets);
      if (unit >= 0x80) break;
      buffer[at + 2 + octets] = unit;
    }
    if (octets < length) octets = buffer.write(data, at + 2);
    buffer[at] = 0x80 | Opcode.Text;
    buffer[at + 1] = octets;
    this.#writer.end = at + 2 + octets;
    return true;
  }

  /** The same for text of any length below {@link direct}. */
  #longText(data: string): boolean {
    const writer = this.#writer;
    if (!this.#makeRoom(4 + data.length + margin)) return false;
    let end = putAscii(writer.buffer, writer.end, data);
    if (end === 0) {
      const octets = Buffer.byteLength(data);
      if (!this.#makeRoom(4 + octets)) return false;
      end = putText(writer.buffer, writer.end, data, octets);
    }
    writer.end = end;
    return true;
  }

  /** Encodes a large text into memory that serves again when the kernel takes it all at once, as it mostly does. */
  #largeText(data: string): WriteResult {
    this.#flushShared();
    const canBe = !this.#is(blocked) && !this.#is(keeps);
    const buffer = canBe ? this.#writer.forText(maxHead + data.length + margin) : undefined;
    if (buffer === undefined) return this.#message(textFrame(data));
    let end = putAscii(buffer, 0, data);
    if (end === 0) {
      const octets = Buffer.byteLength(data);
      if (maxHead + octets > buffer.length) return this.#message(textFrame(data, octets));
      end = putText(buffer, 0, data, octets);
    }
    this.#writer.count(end);
    this.#socket.write(buffer.subarray(0, end));
    if (this.#socket.writableLength > 0) this.#writer.keepText();
    this.#noticeBlocked();
    return this.pressure();
  }

  /** Sees to it that the shared buffer has room; `false` when the socket is behind, or the frame too large for it. */
  #makeRoom(length: number): boolean {
    const writer = this.#writer;
    if (writer.end - writer.start + length > gather) this.#flushShared();
    return !this.#is(blocked) && writer.end + length <= writer.buffer.length;
  }

  #flushShared(): void {
    const writer = this.#writer;
    if (this.#is(replying)) writer.sendReplies();
    if (writer.owner !== this || writer.end === writer.start) return;
    const { start, end } = writer;
    writer.end = start;
    this.#writeShared(start, end);
    this.#noticeBlocked();
  }

  /** Writes bytes of the shared buffer, which is given away when they do not leave at once. */
  #writeShared(start: number, end: number): void {
    this.#writer.count(end - start);
    const shared = this.#writer.view(start, end);
    if (this.#is(keeps)) {
      this.#socket.write(Buffer.from(shared));
      return;
    }
    this.#socket.write(shared);
    if (this.#socket.writableLength > 0) this.#writer.renew();
  }

  /** Finds out when the socket is behind. An empty write behind the rest tells when it no longer is. */
  #noticeBlocked(): void {
    if (this.#is(blocked) || this.#socket.writableLength === 0 || this.#socket.writableCorked > 0) return;
    this.#set(blocked, true);
    this.#socket.write(nothing, () => this.#unblocked());
    this.#owner.onBlocked();
  }

  #unblocked(): void {
    // What a lost socket had not sent was never taken.
    if (this.#socket.destroyed) return;
    this.#set(blocked, false);
    this.#pongs = 0;
    this.#queueLatestPong();
    this.flush();
    this.#noticeBlocked();
    this.tellDrained();
    this.#endWhenEmpty();
  }

  #queueLatestPong(): void {
    if (this.#latestPong === undefined) return;
    this.#enqueue(this.#latestPong);
    this.#latestPong = undefined;
  }

  #enqueue(frame: Uint8Array): void {
    if (this.#queue === none) this.#queue = [frame];
    else this.#queue.push(frame);
    this.#queuedBytes += frame.length;
  }

  /** Tells the owner that nothing waits, if that is so. */
  tellDrained(): void {
    if (this.#is(blocked)) return;
    const asked = this.#is(tellDrained);
    this.#set(tellDrained, false);
    this.#owner.onDrained(asked);
  }

  #endWhenEmpty(): void {
    if ((this.#state & (ending | ended | blocked)) !== ending || this.#queue.length > 0) return;
    this.#state |= ended;
    this.#socket.end();
    this.#owner.onEnded();
  }
}

/**
 * Whether the kernel has what `writableLength` does not count any more. TLS never writes at once, and an in-memory stream may
 * take bytes and keep them for a reader: only of handles of libuv it is known.
 */
function writesAtOnce(socket: Transport): boolean {
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: unknown } | null };
  return typeof handle?.writeQueueSize === "number" && !("encrypted" in socket);
}

function binaryFrame(data: Uint8Array): Uint8Array {
  const head = headerLength(data.length, false);
  const frame = Buffer.allocUnsafe(head + data.length);
  encodeHeader(frame, 0, true, 0, Opcode.Binary, data.length);
  frame.set(data, head);
  return frame;
}

/** The queue holds whole frames, so that the first octet tells what it is (RFC 6455 §5.2). */
function isControlFrame(frame: Uint8Array): boolean {
  return (frame[0]! & 0x08) !== 0;
}

function isClose(frame: Uint8Array): boolean {
  return (frame[0]! & 0x0f) === Opcode.Close;
}
