import type { Delivery } from "../catalogue/case.ts";
import { type Cutter, cutEvery } from "../wire/cutter.ts";

/** Milliseconds from one piece to the next when the event loop has more to do. */
const pace = 0.25;
/** Pieces that one turn makes up for at most. */
const mostAtOnce = 16;

/**
 * Writes to TCP what has to arrive in pieces, one piece per turn of the event loop. Where turns are slow, because many
 * cases run or the machine is busy, a turn writes several, each by a write of its own: the case has its timer to meet.
 */
export class SendQueue {
  readonly #write: (octets: Uint8Array, queued: boolean) => void;
  readonly #cutter: Cutter | undefined;
  #queue: Uint8Array[] = [];
  #next = 0;
  #running = false;
  #lastTurn = 0;
  #emptied: (() => void) | undefined;

  /** `write` is called for each piece; with a `cutter` everything that is not chopped already is cut by it. */
  constructor(write: (octets: Uint8Array, queued: boolean) => void, cutter?: Cutter) {
    this.#write = write;
    this.#cutter = cutter;
  }

  /** Writes at once when nothing waits and nothing has to be cut; else behind what waits. */
  send(octets: Uint8Array, { chop, sync }: Delivery = {}): void {
    if (chop !== undefined) {
      for (const piece of cutEvery(octets, chop)) this.#queue.push(piece);
    } else if (this.#cutter !== undefined) {
      for (const piece of this.#cutter(octets)) this.#queue.push(piece);
    } else if (sync === true || this.#running) {
      this.#queue.push(octets);
    } else {
      this.#write(octets, false);
      return;
    }
    if (!this.#running) this.#turn();
  }

  /** Calls back once nothing waits any more, at once when that is so now. */
  whenEmpty(callback: () => void): void {
    if (this.#running) this.#emptied = callback;
    else callback();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#queue = [];
    this.#next = 0;
  }

  readonly #turn = (): void => {
    const now = performance.now();
    const late = this.#running ? Math.floor((now - this.#lastTurn) / pace) : 0;
    this.#lastTurn = now;
    for (let n = Math.min(Math.max(1, late), mostAtOnce); n > 0; n--) {
      const piece = this.#queue[this.#next++];
      if (piece === undefined) {
        this.#end();
        return;
      }
      this.#running = true;
      this.#write(piece, true);
    }
    setImmediate(this.#turn);
  };

  #end(): void {
    this.clear();
    this.#running = false;
    const emptied = this.#emptied;
    this.#emptied = undefined;
    emptied?.();
  }
}
