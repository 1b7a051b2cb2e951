import type { Channel } from "./channel.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * One member in one channel. It is its own link in the ring of all memberships of its member, so that a membership costs
 * this object and two entries of Maps.
 */
export class Membership {
  readonly channel: Channel;
  readonly member: Subscriber;
  meta: unknown;
  /** Grows with every join of the channel: who joined before a broadcast has a smaller one. */
  readonly sequence: number;
  /** The ring, in the order of the joins; `undefined` once the member has left. */
  next: Membership | undefined;
  previous: Membership | undefined;
  /** How many there are in the ring; kept by the first of them only. */
  count = 1;

  constructor(channel: Channel, member: Subscriber, meta: unknown, sequence: number) {
    this.channel = channel;
    this.member = member;
    this.meta = meta;
    this.sequence = sequence;
    this.next = this;
    this.previous = this;
  }

  /** The member has left. */
  get hasEnded(): boolean {
    return this.next === undefined;
  }
}
