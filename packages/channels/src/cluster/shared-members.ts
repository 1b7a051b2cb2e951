import type { PreparedMessage } from "@exws/frame";
import { BroadcastResult } from "../broadcast-result.ts";
import type { Deliverer } from "../deliverer.ts";
import { give } from "../delivery.ts";
import type { HookQueue } from "../hook-queue.ts";
import type { Membership } from "../membership.ts";
import type { Roster } from "../roster.ts";
import type { Selection } from "../selection.ts";
import type { SharedOwner } from "./shared-channel.ts";

/** The members of this node, for what comes from other nodes and out of a log. */
export class SharedMembers implements SharedOwner {
  readonly #roster: Roster;
  readonly #deliverer: Deliverer;
  readonly #hooks: HookQueue;
  readonly #onGap: (id: string, lost: number) => void;

  constructor(
    roster: Roster,
    deliverer: Deliverer,
    hooks: HookQueue,
    onGap: (id: string, lost: number) => void,
  ) {
    this.#roster = roster;
    this.#deliverer = deliverer;
    this.#hooks = hooks;
    this.#onGap = onGap;
  }

  /** Too much waits in a channel. */
  isFull(id: string): boolean {
    const channel = this.#roster.channels.get(id);
    return channel !== undefined && this.#deliverer.isFull(channel);
  }

  serve(id: string, message: PreparedMessage, own: BroadcastResult | undefined, selection: Selection): void {
    const channel = this.#roster.channels.get(id);
    if (channel === undefined) own?.finish();
    else if (own === undefined && this.#deliverer.isFull(channel)) this.#onGap(id, 1);
    else {
      const result = own ?? new BroadcastResult(channel.members.size, undefined);
      this.#deliverer.deliver(channel, message, result, selection, this.#shards(id));
    }
  }

  end(id: string): number {
    return this.#roster.channels.get(id)?.end ?? 0;
  }

  before(id: string, end: number): ReadonlySet<unknown> {
    const members = [...(this.#roster.channels.get(id)?.members.values() ?? [])];
    return new Set(members.filter(({ sequence }) => sequence < end).map(({ member }) => member));
  }

  replay(membership: Membership, messages: readonly PreparedMessage[]): number {
    let count = 0;
    this.#hooks.hold();
    for (const message of messages) {
      if (membership.hasEnded) break;
      const outcome = give(membership.member, message, this.#hooks);
      if (outcome === "dropped" || outcome === "closed") break;
      count++;
    }
    this.#hooks.release();
    return count;
  }

  gap(id: string, lost: number): void {
    this.#onGap(id, lost);
  }

  report(error: unknown): void {
    this.#hooks.report(error);
  }

  #shards(id: string): number {
    try {
      return this.#deliverer.shards(id);
    } catch (error) {
      this.#hooks.report(error);
      return 1;
    }
  }
}
