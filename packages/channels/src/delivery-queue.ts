import type { Delivery } from "./delivery.ts";
import type { Membership } from "./membership.ts";
import type { Subscriber } from "./subscriber.ts";

/** Messages given to members between two looks at the clock. */
const stride = 16;

type Round = {
  readonly deliveries: readonly Delivery[];
  /** Who is there when it begins. */
  readonly members: readonly Membership[];
  next: number;
  /** Members a turn. */
  readonly slice: number;
};

/**
 * The broadcasts of one channel that are served in slices, a slice of the members a turn of the event loop.
 *
 * All that wait go round together: each member gets them in their order and within one turn, so that they can leave in one
 * write. What comes meanwhile waits for the next round.
 */
export class DeliveryQueue {
  readonly #members: ReadonlyMap<Subscriber, Membership>;
  #waiting: Delivery[] = [];
  #shards = 1;
  #round: Round | undefined;
  #bytes = 0;

  constructor(members: ReadonlyMap<Subscriber, Membership>) {
    this.#members = members;
  }

  /** Broadcasts that are not finished. */
  get length(): number {
    return this.#waiting.length + (this.#round?.deliveries.length ?? 0);
  }

  /** The bytes of their messages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a broadcast that takes at least `shards` turns, if there are members enough. */
  add(delivery: Delivery, shards: number): void {
    this.#waiting.push(delivery);
    this.#shards = Math.max(this.#shards, shards);
    this.#bytes += delivery.message.bytes.length;
  }

  /** Serves the next slice, of at most `limit` members and not for longer than `isLate` allows; tells how many it looked at. */
  serve(limit: number, isLate: () => boolean): number {
    this.#round ??= this.#begin();
    const round = this.#round;
    const { deliveries, members } = round;
    const most = Math.min(round.slice, limit);
    let served = 0;
    let unclocked = 0;
    while (round.next < members.length) {
      if (unclocked >= stride) unclocked = 0;
      if (served >= most || (served > 0 && unclocked === 0 && isLate())) {
        for (const { result } of deliveries) result.pending = Math.max(1, result.pending - served);
        return served;
      }
      const membership = members[round.next++]!;
      for (const delivery of deliveries) {
        if (membership.sequence < delivery.end && !membership.hasEnded) delivery.serve(membership);
      }
      served++;
      unclocked += deliveries.length;
    }
    this.#round = undefined;
    for (const { message, result } of deliveries) {
      this.#bytes -= message.bytes.length;
      result.finish();
    }
    return served;
  }

  #begin(): Round {
    const deliveries = this.#waiting;
    const slice = Math.ceil(this.#members.size / this.#shards);
    this.#waiting = [];
    this.#shards = 1;
    return { deliveries, members: [...this.#members.values()], next: 0, slice };
  }
}
