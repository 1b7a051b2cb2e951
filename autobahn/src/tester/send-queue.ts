import type { Delivery } from "../catalogue/case.ts";
import { type Cutter, cutEvery } from "../wire/cutter.ts";

/** Writes to TCP what has to arrive in pieces, one piece per turn of the event loop. */
export class SendQueue {
  readonly #write: (octets: Uint8Array, queued: boolean) => void;
  readonly #cutter: Cutter | undefined;
  #queue: Uint8Array[] = [];
  #next = 0;
  #running = false;
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
    const piece = this.#queue[this.#next++];
    if (piece === undefined) {
      this.clear();
      this.#running = false;
      this.#emptied?.();
      this.#emptied = undefined;
      return;
    }
    this.#running = true;
    this.#write(piece, true);
    setImmediate(this.#turn);
  };
}
