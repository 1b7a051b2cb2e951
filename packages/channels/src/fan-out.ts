import type { DeliveryQueue } from "./delivery-queue.ts";

/**
 * What one turn may take: so many members (the kernel's writes come on top, some µs each), so many milliseconds. Both keep a
 * turn well below 10 ms.
 */
const turnMembers = 500;
const turnTime = 4;

/** Serves the channels that have broadcasts waiting: a slice of each a turn, in rotation, within bounds for all of them. */
export class FanOut {
  readonly #onTurn: (begins: boolean) => void;
  #queues: DeliveryQueue[] = [];

  /** `onTurn` is called before and after each turn. */
  constructor(onTurn: (begins: boolean) => void) {
    this.#onTurn = onTurn;
  }

  /** Serves a queue that has just got its first broadcast, from the next turn on. */
  add(queue: DeliveryQueue): void {
    if (this.#queues.push(queue) === 1) setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    const late = performance.now() + turnTime;
    const isLate = () => performance.now() >= late;
    const all = this.#queues;
    const unfinished: DeliveryQueue[] = [];
    let left = turnMembers;
    let next = 0;
    this.#onTurn(true);
    do {
      const queue = all[next++]!;
      left -= queue.serve(left, isLate);
      if (queue.length > 0) unfinished.push(queue);
    } while (next < all.length && left > 0 && !isLate());
    this.#queues = [...all.slice(next), ...unfinished];
    if (this.#queues.length > 0) setImmediate(this.#turn);
    this.#onTurn(false);
  };
}
