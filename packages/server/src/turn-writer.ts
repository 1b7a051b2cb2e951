import type { Outbox } from "./outbox.ts";
import type { Stats } from "./stats.ts";

const capacity = 65_536;
/** Up to this length the views of the shared buffer are kept: small writes repeat, and a view costs garbage. */
const keptViews = 1_024;
/** A frame with 1 MiB of text. */
const largestText = 1_048_576 + 64;

/**
 * Gathers what one turn of the event loop sends, so that each connection makes one write of it.
 *
 * While a connection works through what it has read it owns the shared buffer, and its replies are encoded straight
 * into it. What is sent to other connections meanwhile, or outside of any read, waits in their outboxes until the
 * turn ends. One per server.
 */
export class TurnWriter {
  /** The shared buffer; replaced when a socket had to keep the old one. */
  buffer: Buffer = Buffer.allocUnsafeSlow(capacity);
  /** Bytes of the owner in the buffer. */
  length = 0;
  owner: Outbox | undefined;
  readonly #stats: Stats;
  #waiting: Outbox[] = [];
  /** The frames that stand in the buffer. */
  #gathered: readonly Uint8Array[] = [];
  #text: Buffer | undefined;
  #views: (Buffer | undefined)[] = new Array(keptViews + 1);

  /** `stats` counts what is written. */
  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** Bytes went to a socket. */
  count(bytes: number): void {
    this.#stats.bytesSent += bytes;
  }

  /** Makes an outbox the owner of the buffer, or nobody. */
  own(outbox: Outbox | undefined): void {
    this.owner = outbox;
    this.#gathered = [];
  }

  /**
   * Puts frames into the buffer, one behind the other. The members of a room are given the same frames, and one after the
   * other: the bytes that are there already are not copied again.
   */
  gather(frames: readonly Uint8Array[]): void {
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

  /** Gives the buffer away: a socket still sends from it. */
  renew(): void {
    this.#gathered = [];
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    this.#views = new Array(keptViews + 1);
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

  /** The first bytes of the shared buffer. */
  view(length: number): Buffer {
    if (length > keptViews) return this.buffer.subarray(0, length);
    const kept = this.#views[length];
    if (kept !== undefined) return kept;
    const view = this.buffer.subarray(0, length);
    this.#views[length] = view;
    return view;
  }

  /** Flushes an outbox when the turn ends. */
  flushLater(outbox: Outbox): void {
    if (this.#waiting.push(outbox) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbox of waiting) outbox.flush();
  };
}
