/** Who sends a reply once it has waited long enough. */
export interface Replier {
  sendReply(reply: Uint8Array): void;
}

/** The most replies that wait for each other. */
const most = 32;
/** So many in a turn are worth it. */
const worthIt = 4;
/** So many leave at once when it was not. */
const pause = 64;
/** How long the first reply of a batch should wait at most, in milliseconds. */
const longestWait = 1;

/**
 * Replies of different connections that wait for each other, within one turn of the event loop.
 *
 * To read from many sockets and then to write to all of them takes a tenth less CPU time than to change from one to the other: the
 * code that does the one, most of it the kernel's, stays in the processor's caches. It pays where many are heard in one turn, and
 * must not make anybody wait for a slow handler of others. So batches begin small and grow as long as they fill quickly; after a
 * turn with few replies, or one in which they waited long, 64 replies leave at once before it is tried again.
 */
export class ReplyBatch {
  readonly #now: () => number;
  readonly #repliers: (Replier | undefined)[] = new Array(most).fill(undefined);
  readonly #replies: (Uint8Array | undefined)[] = new Array(most).fill(undefined);
  #length = 0;
  #inTurn = 0;
  #capacity = 2;
  #leaveAtOnce = 0;
  #began = 0;

  /** `now` tells the time in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Replies that wait. */
  get length(): number {
    return this.#length;
  }

  /** No more should wait. */
  get isFull(): boolean {
    return this.#length >= this.#capacity;
  }

  /** Whether the next reply should wait; it is counted. */
  wants(): boolean {
    if (this.#leaveAtOnce === 0) return true;
    this.#leaveAtOnce--;
    return false;
  }

  /** Keeps a reply; its bytes must not be changed until it is sent. Not when the batch is full. */
  add(replier: Replier, reply: Uint8Array): void {
    if (this.#length === 0) this.#began = this.#now();
    this.#repliers[this.#length] = replier;
    this.#replies[this.#length] = reply;
    this.#length++;
    this.#inTurn++;
  }

  /** The bytes of somebody's replies that wait. */
  bytesOf(replier: Replier): number {
    let bytes = 0;
    for (let i = 0; i < this.#length; i++) {
      if (this.#repliers[i] === replier) bytes += this.#replies[i]!.length;
    }
    return bytes;
  }

  /** Sends what waits, in the order in which it came. */
  send(): void {
    const length = this.#length;
    this.#length = 0;
    for (let i = 0; i < length; i++) {
      const replier = this.#repliers[i]!;
      this.#repliers[i] = undefined;
      replier.sendReply(this.#replies[i]!);
    }
  }

  /** Sends a batch that is full. */
  sendFull(): void {
    if (this.#isLate()) this.#giveUp();
    else this.#capacity = Math.min(this.#capacity * 2, most);
    this.send();
  }

  /** The turn is over: sends what waits. */
  endTurn(): void {
    if (this.#inTurn === 0) return;
    if (this.#inTurn < worthIt || this.#isLate()) this.#giveUp();
    this.#inTurn = 0;
    this.send();
  }

  // No accessor: V8 calls out of compiled code for each use of a private one.
  #isLate(): boolean {
    return this.#length > 0 && this.#now() - this.#began > longestWait;
  }

  #giveUp(): void {
    this.#capacity = 2;
    this.#leaveAtOnce = pause;
  }
}
