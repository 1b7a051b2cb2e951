import type { Outbox } from "./outbox.ts";
import { ReplyBatch } from "./reply-batch.ts";
import type { Stats } from "./stats.ts";

const capacity = 98_304;
/** Longer replies leave at once: they are in the processor's cache now. */
const longestReply = 2_048;
/** How much of the buffer replies that wait may take. The owner has the rest. */
const repliesRoom = 32_768;
/** What an owner's bytes are aligned to, as a power of two: one view is kept for each place where they may begin. */
const alignment = 6;
/** A frame with 1 MiB of text. */
const largestText = 1_048_576 + 64;

/**
 * Gathers what one turn of the event loop sends, so that each connection makes one write of it.
 *
 * While a connection works through what it has read it owns the shared buffer, and its replies are encoded straight
 * into it. Short ones wait there for those of other connections. What is sent to other connections meanwhile, or outside of
 * any read, waits in their outboxes until the turn ends. One per server.
 */
export class TurnWriter {
  /** The shared buffer; replaced when a socket had to keep the old one. */
  buffer: Buffer = Buffer.allocUnsafeSlow(capacity);
  /** Where the owner's bytes begin in the buffer, and where they end. */
  start = 0;
  end = 0;
  owner: Outbox | undefined;
  readonly #stats: Stats;
  /** Replies that stand in the buffer, before those of the owner. */
  readonly #replies: ReplyBatch = new ReplyBatch();
  #waiting: Outbox[] = [];
  /** The frames that stand in the buffer. */
  #gathered: readonly Uint8Array[] = [];
  #text: Buffer | undefined;
  /** The last view from each place where an owner's bytes began: writes repeat, and a view costs garbage. */
  #views: (Buffer | undefined)[] = noViews();
  #endIsNear = false;

  /** `stats` counts what is written. */
  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** Bytes went to a socket. */
  count(bytes: number): void {
    this.#stats.bytesSent += bytes;
  }

  /** Makes an outbox the owner of the buffer. */
  own(outbox: Outbox): void {
    this.owner = outbox;
    this.#gathered = [];
    const unit = 1 << alignment;
    this.start = this.#replies.length === 0 ? 0 : (this.end + unit - 1) & -unit;
    this.end = this.start;
  }

  /** Lets the owner's bytes wait for the replies of others; `false` when there are none, or they should leave at once. */
  keepReply(): boolean {
    const length = this.end - this.start;
    if (length === 0 || length > longestReply || !this.#replies.wants()) return false;
    this.#replies.add(this.owner!, this.view(this.start, this.end));
    this.#awaitEnd();
    return true;
  }

  /** Nobody owns the buffer any more. */
  disown(): void {
    this.owner = undefined;
    if (this.#replies.isFull || this.end > repliesRoom) this.#replies.sendFull();
  }

  /** Sends the replies that wait. */
  sendReplies(): void {
    this.#replies.send();
  }

  /** The bytes of an outbox's replies that wait. */
  replyBytes(outbox: Outbox): number {
    return this.#replies.bytesOf(outbox);
  }

  /**
   * Puts frames into the buffer, one behind the other, while nobody owns it. The members of a room are given the same frames,
   * and one after the other: the bytes that are there already are not copied again.
   */
  gather(frames: readonly Uint8Array[]): void {
    this.#replies.send();
    const gathered = this.#gathered;
    this.#gathered = frames;
    let same = gathered.length === frames.length;
    for (let i = 0; same && i < frames.length; i++) same = frames[i] === gathered[i];
    if (same) return;
    let at = 0;
    for (const frame of frames) {
      this.buffer.set(frame, at);
      at += frame.length;
    }
  }

  /** Gives the buffer away: a socket still sends from it. The owner's bytes move to the new one. */
  renew(): void {
    const { buffer, owner, start, end } = this;
    this.#gathered = [];
    this.#views = noViews();
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    if (owner !== undefined) buffer.copy(this.buffer, start, start, end);
  }

  /** Memory for a large text of `size` bytes, frame and all; `undefined` above 1 MiB. The same again and again. */
  forText(size: number): Buffer | undefined {
    if (size > largestText) return undefined;
    this.#text ??= Buffer.allocUnsafeSlow(largestText);
    return this.#text;
  }

  /** A socket still sends from that memory. */
  keepText(): void {
    this.#text = undefined;
  }

  /** The bytes of the shared buffer from `start` on, where an owner's may begin. */
  view(start: number, end: number): Buffer {
    const kept = this.#views[start >> alignment];
    if (kept !== undefined && kept.length === end - start) return kept;
    const view = this.buffer.subarray(start, end);
    this.#views[start >> alignment] = view;
    return view;
  }

  /** Flushes an outbox when the turn ends. */
  flushLater(outbox: Outbox): void {
    this.#waiting.push(outbox);
    this.#awaitEnd();
  }

  #awaitEnd(): void {
    if (this.#endIsNear) return;
    this.#endIsNear = true;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#endIsNear = false;
    this.#replies.endTurn();
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbox of waiting) outbox.flush();
  };
}

function noViews(): (Buffer | undefined)[] {
  return new Array(capacity >> alignment).fill(undefined);
}
