import { Channel } from "./channel.ts";
import { MemberIndex } from "./member-index.ts";
import type { Membership } from "./membership.ts";
import { isSubscriber, type Subscriber } from "./subscriber.ts";

/** Who hears what becomes of memberships. */
export interface RosterOwner {
  /** Begins and ends a change: several memberships may end in one. */
  change(begins: boolean): void;
  /** A membership has ended; `isLast` when the channel has no members any more. */
  onEnded(membership: Membership, isLast: boolean): void;
}

/**
 * Who is where: channels by id, memberships by member, nothing for what is empty. Members that say that they are gone leave
 * everything.
 */
export class Roster {
  readonly #owner: RosterOwner;
  readonly #channels = new Map<unknown, Channel>();
  readonly #index = new MemberIndex();
  /** Those that have said that they are gone. */
  readonly #gone = new WeakSet<Subscriber>();
  /** Those that are nowhere, but have been asked to say when they are gone. */
  readonly #bound = new WeakSet<Subscriber>();

  constructor(owner: RosterOwner) {
    this.#owner = owner;
  }

  /** The channels that have members. */
  get channels(): ReadonlyMap<unknown, Channel> {
    return this.#channels;
  }

  /** A member in a channel. */
  membership(id: unknown, member: Subscriber): Membership | undefined {
    return this.#channels.get(id)?.members.get(member);
  }

  /** All memberships of a member, in the order of its joins. */
  membershipsOf(member: Subscriber): Membership[] {
    return this.#index.list(member);
  }

  /** How many channels a member is in. */
  count(member: Subscriber): number {
    return this.#index.count(member);
  }

  /** A member has said that it is gone. */
  isGone(member: Subscriber): boolean {
    return this.#gone.has(member);
  }

  /** Sees to it that a member leaves when it is gone; `false` when it is gone already. */
  watch(member: Subscriber): boolean {
    if (this.#gone.has(member)) return false;
    if (this.#index.count(member) > 0 || this.#bound.has(member)) return true;
    member.onClosed(this.#onGone);
    return !this.#gone.has(member);
  }

  /** Begins a membership of somebody who is watched and not in the channel. */
  enter(id: unknown, member: Subscriber, meta: unknown): Membership {
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      channel = new Channel(id);
      this.#channels.set(id, channel);
    }
    const membership = channel.add(member, meta);
    this.#index.add(membership);
    return membership;
  }

  /** Ends a membership; tells whether there was one. */
  leave(id: unknown, member: Subscriber): boolean {
    const membership = this.membership(id, member);
    if (membership === undefined) return false;
    this.#owner.change(true);
    this.#remove(membership);
    if (this.#index.count(member) === 0) this.#bound.add(member);
    this.#owner.change(false);
    return true;
  }

  /** Ends all memberships of a member; tells how many there were. */
  leaveAll(member: Subscriber): number {
    const memberships = this.#index.list(member);
    this.#owner.change(true);
    for (const membership of memberships) this.#remove(membership);
    if (memberships.length > 0) this.#bound.add(member);
    this.#owner.change(false);
    return memberships.length;
  }

  readonly #onGone = (member: Subscriber): void => {
    if (!isSubscriber(member)) throw new TypeError("onClosed calls its listener with the subscriber");
    this.#gone.add(member);
    this.leaveAll(member);
  };

  #remove(membership: Membership): void {
    const { channel, member } = membership;
    channel.members.delete(member);
    this.#index.remove(membership);
    const isLast = channel.members.size === 0;
    if (isLast) this.#channels.delete(channel.id);
    this.#owner.onEnded(membership, isLast);
  }
}
