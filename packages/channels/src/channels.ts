import type { BroadcastResult } from "./broadcast-result.ts";
import { Broadcaster } from "./broadcaster.ts";
import type { Channel } from "./channel.ts";
import { checkId, checkShared } from "./channel-id.ts";
import type { IdOf, MetaOf } from "./channel-types.ts";
import { Cluster } from "./cluster/cluster.ts";
import { noCounts } from "./cluster/counts.ts";
import type { ChannelsHealth, ChannelsStats } from "./cluster/health.ts";
import { Local } from "./cluster/local.ts";
import { ClusterView } from "./cluster/view.ts";
import { Deliverer } from "./deliverer.ts";
import { give } from "./delivery.ts";
import type { Position } from "./history.ts";
import { HistoryStore } from "./history-store.ts";
import { HookQueue } from "./hook-queue.ts";
import type { JoinArguments } from "./join-options.ts";
import { JoinResult } from "./join-result.ts";
import type { Membership } from "./membership.ts";
import type { Data } from "./message.ts";
import { checkMeta, checkSharedKey } from "./meta.ts";
import { type ChannelsOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { Presence, type PresenceDiff, type PresenceKeeper, type Present } from "./presence.ts";
import { Roster } from "./roster.ts";
import type { BroadcastOptions } from "./selection.ts";
import { checkSubscriber, type Subscriber } from "./subscriber.ts";

/**
 * Rooms: who is in which channel, with what meta, and messages to all of them.
 *
 * A channel is there while it has members, and is named by any value, as the keys of a Map are. `Types` types ids and meta where
 * that is wanted (see {@link IdOf}), `Member` the members.
 */
export class Channels<Types = unknown, Member extends Subscriber = Subscriber> {
  readonly #options: ResolvedOptions;
  readonly #hooks: HookQueue;
  readonly #roster: Roster;
  readonly #broadcaster: Broadcaster;
  readonly #histories: HistoryStore | undefined;
  readonly #presence: PresenceKeeper | undefined;
  readonly #cluster: Cluster<Types> | undefined;

  /** Connects, if there is a bus. Throws a TypeError or RangeError that names the option. */
  constructor(options: ChannelsOptions<Types, Member> = {}) {
    this.#options = resolveOptions(options as ChannelsOptions);
    const { onError, history, presence, limits, bus } = this.#options;
    const hooks = new HookQueue(onError);
    this.#hooks = hooks;
    const deliverer = new Deliverer(this.#options, hooks);
    this.#roster = new Roster({
      change: (begins) => (begins ? hooks.hold() : hooks.release()),
      onEnded: (membership, isLast) => this.#onEnded(membership, isLast),
    });
    const onChange = presence?.onChange;
    const tell = onChange && ((id: unknown, diff: PresenceDiff) => hooks.add(() => onChange(id, diff)));
    const roster = this.#roster;
    if (bus === undefined) {
      if (history !== undefined) this.#histories = new HistoryStore(history, limits.histories);
      if (presence !== undefined) this.#presence = new Presence(tell);
    } else {
      this.#cluster = new Cluster(bus, { options: this.#options, hooks, roster, deliverer, tell });
      this.#presence = this.#cluster.presence;
    }
    const [histories, cluster] = [this.#histories, this.#cluster];
    this.#broadcaster = new Broadcaster({ roster, deliverer, histories, cluster });
  }

  /**
   * Resolves when the bus is connected, at once without one. Rejects with a {@link BusError} when the first attempt fails, after
   * which these channels are on their own; with `cluster.startLocally` it resolves then, and the bus goes on trying. A failure
   * goes to `onError` if this was not asked for before.
   */
  get ready(): Promise<void> {
    return this.#cluster?.node.ready ?? Promise.resolve();
  }

  /** How this process is connected with others. */
  health(): ChannelsHealth {
    const { state: bus = "none", error, id: node, peers } = this.#cluster?.node ?? {};
    return { bus, error, node, nodes: peers?.nodes ?? [] };
  }

  /** What has happened since the beginning, and what is there now. */
  stats(): ChannelsStats {
    return { ...(this.#cluster?.node.counts ?? noCounts()), channels: this.#roster.channels.size };
  }

  /** Asks all nodes: who is in a channel, wherever. */
  get cluster(): ClusterView<Types> {
    return this.#cluster?.view ?? new ClusterView(new Local("", this.#roster, this.#presence), undefined);
  }

  /**
   * Says goodbye to the other nodes and closes the bus; resolves when that is done. Members stay, and hear each other. Never
   * rejects.
   */
  async close(): Promise<void> {
    await this.#cluster?.node.close();
  }

  /**
   * Makes somebody a member until it leaves or its connection closes. A no-op for who is a member already (unless
   * `replace` is given) and for who is closed: the result says what happened. It gets every broadcast from now on. Throws a
   * TypeError or RangeError for a name or meta beyond its limit.
   */
  join<Id extends IdOf<Types>>(
    id: Id,
    member: Member,
    ...rest: JoinArguments<MetaOf<Types, Id>>
  ): JoinResult {
    const [meta, { replace = false, since } = {}] = rest;
    this.#checkId(id);
    checkSubscriber(member);
    const place = plain(since);
    const existing = this.#roster.membership(id, member);
    if (existing !== undefined && !replace) return this.#joined(id, "already");
    const key = this.#keyOf(id, member, meta);
    if (existing !== undefined) {
      existing.meta = meta;
      this.#presence?.replace(id, existing, key);
      return this.#joined(id, "replaced");
    }
    if (this.#roster.count(member) >= this.#options.limits.channels) return new JoinResult("full");
    if (!this.#roster.watch(member)) return new JoinResult("closed");
    const shared = this.#cluster?.history?.enter(id as string);
    const position = this.#position(id);
    this.#hooks.hold();
    const membership = this.#enter(id, member, meta, key);
    const result = shared?.welcome(membership, place) ?? this.#welcome(id, member, position, place);
    this.#hooks.release();
    this.#awaitNodes(id, result);
    return result;
  }

  /** Ends a membership; tells whether there was one. Nothing that was broadcast in the channel is given to it after that. */
  leave(id: IdOf<Types>, member: Member): boolean {
    return this.#roster.leave(id, member);
  }

  /** Ends all memberships of a member; tells how many there were. */
  leaveAll(member: Member): number {
    return this.#roster.leaveAll(member);
  }

  /** Whether somebody is a member. */
  has(id: IdOf<Types>, member: Member): boolean {
    return this.#roster.membership(id, member) !== undefined;
  }

  /** The meta of a member, `undefined` for who is none. */
  meta<Id extends IdOf<Types>>(id: Id, member: Member): MetaOf<Types, Id> | undefined {
    return this.#roster.membership(id, member)?.meta as MetaOf<Types, Id> | undefined;
  }

  /** The channels that somebody is in, in the order of its joins. */
  channelsOf(member: Member): IdOf<Types>[] {
    return this.#roster.membershipsOf(member).map(({ channel }) => channel.id as IdOf<Types>);
  }

  /** How many members a channel has. */
  size(id: IdOf<Types>): number {
    return this.#roster.channels.get(id)?.members.size ?? 0;
  }

  /** The channels that have members. */
  ids(): IterableIterator<IdOf<Types>> {
    return this.#roster.channels.keys() as IterableIterator<IdOf<Types>>;
  }

  /**
   * The members of a channel with their meta, in the order of their joins. Members may come and go meanwhile: who left is passed
   * over, who came after the call is not met.
   */
  members<Id extends IdOf<Types>>(id: Id): IterableIterator<[member: Member, meta: MetaOf<Types, Id>]> {
    const channel = this.#roster.channels.get(id);
    return pairs(channel, channel?.end) as IterableIterator<[Member, MetaOf<Types, Id>]>;
  }

  /** Folds over the members of a channel, in the order of their joins. */
  reduce<Id extends IdOf<Types>, Result>(
    id: Id,
    reducer: (result: Result, member: Member, meta: MetaOf<Types, Id>) => Result,
    initial: Result,
  ): Result {
    let result = initial;
    for (const [member, meta] of this.members(id)) result = reducer(result, member, meta);
    return result;
  }

  /**
   * Sends a message to everybody who is a member now, framed once, on all nodes. What is broadcast to one channel reaches each
   * of its members in that order; nobody waits for a member that is slow. Throws a TypeError for anything that is not a message.
   *
   * The result is complete on return, unless the channel is served in slices (option `shards`) or is being served already, as
   * in a filter: then it is when `result.done` resolves. Who leaves before its turn gets nothing, who joins meanwhile neither.
   * With a bus, a channel with history is served when the log has the message, or cannot be reached: then, too, `done` tells.
   */
  broadcast<Id extends IdOf<Types>>(
    id: Id,
    data: Data,
    options: BroadcastOptions<MetaOf<Types, Id>, Member> = {},
  ): BroadcastResult {
    this.#checkId(id);
    return this.#broadcaster.broadcast(id, data, options as unknown as BroadcastOptions);
  }

  /** Who is in a channel: members with the same key are one. Empty without the option `presence`. */
  presence<Id extends IdOf<Types>>(id: Id): Present<MetaOf<Types, Id>>[] {
    return (this.#presence?.list(id) ?? []) as Present<MetaOf<Types, Id>>[];
  }

  #checkId(id: unknown): void {
    if (this.#cluster !== undefined) checkShared(id);
    checkId(id, this.#options.limits.idBytes);
  }

  #keyOf(id: unknown, member: Subscriber, meta: unknown): unknown {
    const key = this.#options.presence?.key(member, meta, id);
    if (key === undefined) return undefined;
    if (this.#cluster !== undefined) checkSharedKey(key, this.#options.limits.keyBytes);
    checkMeta(meta, this.#options.limits.metaBytes);
    return key;
  }

  /** The answer for who is a member already. */
  #joined(id: unknown, status: "already" | "replaced"): JoinResult {
    const result = new JoinResult(status, this.#position(id));
    this.#awaitNodes(id, result);
    return result;
  }

  /** A join takes effect across nodes when its channel is subscribed to. */
  #awaitNodes(id: unknown, result: JoinResult): void {
    const effective = this.#cluster?.effective(id as string);
    if (effective !== undefined) result.after(effective);
  }

  #enter(id: unknown, member: Subscriber, meta: unknown, key: unknown): Membership {
    const membership = this.#roster.enter(id, member, meta);
    if (membership.channel.members.size === 1) this.#cluster?.enter(id as string);
    if (key !== undefined) this.#presence?.join(id, membership, key);
    const { onJoin } = this.#options;
    if (onJoin !== undefined) this.#hooks.add(() => onJoin(id, member, meta));
    return membership;
  }

  /** Gives a new member what it missed. Its connection may end by it. */
  #welcome(id: unknown, member: Subscriber, position: Position | undefined, since: unknown): JoinResult {
    if (since === undefined) return new JoinResult("joined", position);
    const missed = this.#histories?.since(id, since);
    let replayed = 0;
    for (const message of missed ?? []) {
      const outcome = give(member, message, this.#hooks);
      if (outcome === "dropped" || outcome === "closed") break;
      replayed++;
    }
    const recovered = missed !== undefined && replayed === missed.length;
    return new JoinResult(this.#roster.isGone(member) ? "closed" : "joined", position, recovered, replayed);
  }

  #onEnded(membership: Membership, isLast: boolean): void {
    const { member, meta } = membership;
    const { id } = membership.channel;
    const { onLeave, onEmpty } = this.#options;
    this.#presence?.leave(id, membership);
    if (onLeave !== undefined) this.#hooks.add(() => onLeave(id, member, meta));
    if (!isLast) return;
    this.#cluster?.leave(id as string);
    this.#histories?.leave(id);
    if (onEmpty !== undefined) this.#hooks.add(() => onEmpty(id));
  }

  #position(id: unknown): Position | undefined {
    return this.#cluster?.history?.position(id as string) ?? this.#histories?.enter(id)?.position;
  }
}

/** What `since` says, read before anything is changed: it may come from a client as it is, and throw when it is looked at. */
function plain(since: unknown): unknown {
  if (since === undefined || since === "oldest") return since;
  const { epoch, offset } = (since ?? {}) as Partial<Record<keyof Position, unknown>>;
  return { epoch, offset };
}

function* pairs(channel: Channel | undefined, end = 0): IterableIterator<[Subscriber, unknown]> {
  if (channel === undefined) return;
  for (const { member, meta, sequence } of channel.members.values()) {
    if (sequence >= end) return;
    yield [member, meta];
  }
}
