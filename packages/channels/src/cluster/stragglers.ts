import type { PreparedMessage } from "@exws/frame";
import { Held, type HeldBounds } from "../held.ts";
import type { Position } from "../history.ts";
import { JoinResult } from "../join-result.ts";
import type { Membership } from "../membership.ts";
import type { Selection } from "../selection.ts";
import type { Clock } from "./clock.ts";

/** What stragglers need of their channel. */
export interface StragglersOwner {
  /** The place behind what was given to members last. */
  readonly position: Position;
  /** Gives messages to a member; tells how many are on their way. */
  replay(membership: Membership, messages: readonly PreparedMessage[]): number;
}

/** A member that comes back, and what becomes known of it. */
export type Return = {
  readonly membership: Membership;
  /** Where it was; `undefined` for who is new. */
  readonly place: Position | undefined;
  /** From where on it gets everything; asked when it is released. */
  readonly base: () => Position | undefined;
  /** What it has missed between the two; `undefined` when that is not all there. */
  readonly missed: Promise<readonly PreparedMessage[] | undefined>;
};

type Waiting = {
  readonly held: Held;
  readonly release: (missed: readonly PreparedMessage[] | undefined) => void;
};

/**
 * Members of a channel with history that are not where it is: those that wait for what they missed, for whom everything else is held;
 * and those that have more than this node, from another one, and do not get that again.
 */
export class Stragglers {
  readonly #owner: StragglersOwner;
  readonly #bounds: HeldBounds;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #waiting = new Map<Membership, Waiting>();
  readonly #ahead = new Map<Membership, Position>();

  /** Nobody waits for more than `patience` milliseconds. */
  constructor(owner: StragglersOwner, bounds: HeldBounds, clock: Clock, patience: number) {
    this.#owner = owner;
    this.#bounds = bounds;
    this.#clock = clock;
    this.#patience = patience;
  }

  /** All members are where the channel is. */
  get isEmpty(): boolean {
    return this.#waiting.size + this.#ahead.size === 0;
  }

  /** Has a member wait. The result is complete when it is done. */
  wait({ membership, place, base, missed }: Return): JoinResult {
    const result = new JoinResult("joined", base());
    const done = new Promise<void>((resolve) => {
      const held = new Held(this.#bounds, () => release(undefined));
      const release = (all: readonly PreparedMessage[] | undefined): void => {
        if (!this.#waiting.delete(membership)) return;
        cancel();
        this.#release(membership, place, base() ?? this.#owner.position, held, all, result);
        resolve();
      };
      const cancel = this.#clock.after(this.#patience, () => release(undefined));
      this.#waiting.set(membership, { held, release });
      void missed.then(release);
    });
    result.after(done);
    return result;
  }

  /** Who gets a message now: those who wait get it later, those who are ahead have it. */
  select(selection: Selection, message: PreparedMessage, position: Position): Selection {
    const several = new Set<unknown>(selection.several);
    if (selection.one !== undefined) several.add(selection.one);
    this.#dismiss();
    for (const [membership, { held }] of [...this.#waiting]) {
      if (!several.has(membership.member)) held.add(message, position);
      several.add(membership.member);
    }
    for (const [membership, place] of this.#ahead) {
      if (covers(place, position)) several.add(membership.member);
      else if (position.epoch === place.epoch) this.#ahead.delete(membership);
    }
    return { one: undefined, several, filter: selection.filter };
  }

  /** All members have left. */
  empty(): void {
    this.#ahead.clear();
  }

  /** Nobody waits any longer. */
  end(): void {
    for (const { release } of [...this.#waiting.values()]) release(undefined);
  }

  /** Who has left may have come again, and is where the channel is. */
  #dismiss(): void {
    for (const [membership, { release }] of [...this.#waiting]) if (membership.hasEnded) release(undefined);
    for (const membership of this.#ahead.keys()) if (membership.hasEnded) this.#ahead.delete(membership);
  }

  #release(
    membership: Membership,
    place: Position | undefined,
    base: Position,
    held: Held,
    missed: readonly PreparedMessage[] | undefined,
    result: JoinResult,
  ): void {
    const replayed = this.#owner.replay(membership, missed ?? []);
    const hasAll = missed !== undefined && replayed === missed.length && !membership.hasEnded;
    const ahead = hasAll && place !== undefined && place.offset > base.offset ? place : undefined;
    result.settle(ahead ?? base, hasAll, replayed);
    const fresh = held.take().filter(({ position }) => ahead === undefined || !covers(ahead, position));
    const messages = fresh.map(({ message }) => message);
    this.#owner.replay(membership, messages);
    if (ahead !== undefined && !covers(this.#owner.position, ahead)) this.#ahead.set(membership, ahead);
  }
}

/** Who is at a place has what is at the other. */
function covers(place: Position, { epoch, offset }: Position): boolean {
  return epoch === place.epoch && offset <= place.offset;
}
