import type { Delivery } from "./delivery.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import { Membership } from "./membership.ts";
import type { Subscriber } from "./subscriber.ts";

const none = { length: 0, bytes: 0 };

/** A channel that has members, in the order in which they joined. */
export class Channel {
  readonly id: unknown;
  readonly members: Map<Subscriber, Membership> = new Map();
  #sequence = 0;
  #queue: DeliveryQueue | undefined;
  #serving = false;

  constructor(id: unknown) {
    this.id = id;
  }

  /** The sequence of the next who joins. */
  get end(): number {
    return this.#sequence;
  }

  /** Broadcasts that wait, and the bytes of their messages. */
  get backlog(): { readonly length: number; readonly bytes: number } {
    return this.#queue ?? none;
  }

  /** A broadcast would overtake others if it were served at once. */
  get isBusy(): boolean {
    return this.#serving || this.backlog.length > 0;
  }

  /** Adds a member that is not there yet. */
  add(member: Subscriber, meta: unknown): Membership {
    const membership = new Membership(this, member, meta, this.#sequence++);
    this.members.set(member, membership);
    return membership;
  }

  /** Has a broadcast wait for its turn; returns the queue if somebody has to begin serving it. */
  enqueue(delivery: Delivery, shards: number): DeliveryQueue | undefined {
    this.#queue ??= new DeliveryQueue(this.members);
    this.#queue.add(delivery, shards);
    return this.#queue.length === 1 ? this.#queue : undefined;
  }

  /** Serves all members at once. */
  serve(delivery: Delivery): void {
    this.#serving = true;
    // A Map is walked in the order of insertion, also while members come and go. This way nothing is allocated per member.
    this.members.forEach(serve, delivery);
    this.#serving = false;
    delivery.result.finish();
  }
}

function serve(this: Delivery, membership: Membership): void {
  if (membership.sequence < this.end) this.serve(membership);
}
