import { isSubscriber, type Subscriber } from "./subscriber.ts";

/** Who gets a broadcast, and whether it is kept. */
export type BroadcastOptions<Meta = unknown, Member extends Subscriber = Subscriber> = {
  /** Members of this process that do not get it: one, or a list or Set of them. */
  except?: Member | readonly Member[] | ReadonlySet<Member>;
  /** Only members for which it returns true get it. Needs `history: false` in a channel with history, `local: true` with a bus. */
  filter?: (member: Member, meta: Meta) => boolean;
  /** `true` keeps it on this node. Default: with a bus it goes to the members on all nodes. */
  local?: boolean;
  /** `false` keeps it out of the history: it has no offset and is never replayed. */
  history?: boolean;
};

/** Who is left out of a broadcast. */
export type Selection = {
  readonly one: Subscriber | undefined;
  readonly several: ReadonlySet<unknown> | undefined;
  readonly filter: ((member: Subscriber, meta: unknown) => boolean) | undefined;
};

/** Everybody is selected. */
export const everybody: Selection = { one: undefined, several: undefined, filter: undefined };

/** Reads the options of a broadcast. Throws a TypeError that names the option. */
export function selectionOf({ except, filter }: BroadcastOptions): Selection {
  if (filter !== undefined && typeof filter !== "function") throw new TypeError("filter must be a function");
  if (except === undefined || isSubscriber(except)) return { one: except, several: undefined, filter };
  if (except instanceof Set) return { one: undefined, several: except, filter };
  if (!Array.isArray(except)) throw new TypeError("except must be a member, or a list or Set of members");
  return { one: undefined, several: new Set(except), filter };
}
