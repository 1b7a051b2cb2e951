import type { Membership } from "../membership.ts";
import { Presence, type PresenceDiff, type Present } from "../presence.ts";
import { LogicalClock } from "./logical-clock.ts";
import { OwnPeople } from "./own-people.ts";
import { personOf } from "./person-share.ts";
import {
  type Comparison,
  decodePresence,
  type Entry,
  encodePresence,
  inParts,
  jsonBytes,
  type PresenceBounds,
  type PresenceMessage,
  type State,
  stateBytes,
} from "./presence-message.ts";
import type { PresenceReplica } from "./presence-replica.ts";
import { type PeopleBounds, RemotePeople } from "./remote-people.ts";

/** The way to other nodes. Tells whether a message was handed over; it may be lost all the same. */
export interface PresenceLink {
  /** Octets that a message may have. */
  readonly maxBytes: number;
  /** To all nodes that have members in a channel: a change, or a word about it. */
  toChannel(id: string, message: Uint8Array, isChange: boolean): Promise<{ readonly ok: boolean }>;
  /** To one node. */
  toNode(node: string, message: Uint8Array): Promise<{ readonly ok: boolean }>;
}

/** What {@link ClusterPresence} is made with. */
export type ClusterPresenceOptions = {
  /** The id of this node. */
  readonly node: string;
  readonly link: PresenceLink;
  readonly bounds: PresenceBounds & PeopleBounds;
  /** Hears who came, went or changed, on whatever node. */
  readonly tell: ((id: string, diff: PresenceDiff) => void) | undefined;
  /** Hears of people who are too long for a message: other nodes do not know them. */
  readonly onTooLong: (key: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls something behind this turn. */
  readonly behind?: (flush: () => void) => void;
};

/** Octets of a state besides its id and its people, at most. */
const frameBytes = 40;

/** What a round does at most: channels told of, replicas asked after. */
const roundLimit = 64;

/** Channels that are asked for one by one in a turn; more are asked for together, of each node. */
const askLimit = 8;

/**
 * Who is where on all nodes: own people, and what other nodes tell of theirs in the channels that this node has members in.
 *
 * Every change of a turn is told in one message per channel. Each node is the only one that tells of its people, so that all that
 * have heard the same see the same, in whatever order it came; what was lost shows by the versions, and is asked for.
 */
export class ClusterPresence {
  readonly #options: ClusterPresenceOptions;
  readonly #here: Presence;
  readonly #clock: LogicalClock;
  readonly #own: OwnPeople;
  readonly #remote: RemotePeople;
  readonly #nodes = new Set<string>();
  /** How those whom this turn has touched were before it. */
  #before = new Map<string, Map<string, Present | undefined>>();
  /** Own people whom this turn has touched. */
  #untold = new Map<string, Set<string>>();
  /** Channels that this turn has opened. */
  #opened = new Set<string>();
  /** Channels of nodes in which something is missing, as has shown in this turn. */
  #doubtful = new Map<string, string[]>();
  /** Channels in which something could not be said to a node. */
  readonly #unsaid = new Map<string, Set<string>>();
  #isDue = false;
  #nextPlace = 0;
  #nextChannel = 0;

  constructor(options: ClusterPresenceOptions) {
    this.#options = options;
    this.#here = new Presence(undefined, (id, key) => this.#touchOwn(id as string, key as string));
    this.#clock = new LogicalClock(options.now);
    this.#own = new OwnPeople((id, key) => this.#here.find(id, key), this.#clock);
    this.#remote = new RemotePeople(options.bounds, (id, key) => this.#touch(id, key));
  }

  /** The people of this node alone. */
  get here(): Pick<Presence, "list"> {
    return this.#here;
  }

  /** Everybody in a channel: who is here first, then who is on other nodes. */
  list(id: string): Present[] {
    const keys = new Set(this.#here.list(id).map(({ key }) => key as string));
    for (const key of this.#remote.keys(id)) keys.add(key);
    return Array.from(keys, (key) => this.#person(id, key)!);
  }

  /** A member of this node is shown as `key`. */
  join(id: string, membership: Membership, key: string): void {
    this.#here.join(id, membership, key);
  }

  /** A member of this node has left. */
  leave(id: string, membership: Membership): void {
    this.#here.leave(id, membership);
  }

  /** A member of this node has another meta, and with it `key`. */
  replace(id: string, membership: Membership, key: string | undefined): void {
    this.#here.replace(id, membership, key);
  }

  /** All that is told on a channel from now on comes here: asks for what was told before. */
  open(id: string): void {
    this.#remote.open(id);
    this.#opened.add(id);
    this.#schedule();
  }

  /** A channel has no members on this node any more. */
  close(id: string): void {
    for (const key of this.#remote.keys(id)) this.#touch(id, key);
    this.#remote.close(id);
    this.#opened.delete(id);
  }

  /** There is another node, or it is back. What it tells of its people is believed from now on. */
  nodeCame(node: string): void {
    this.#nodes.add(node);
    this.#compareAll(node);
  }

  /** Changes that a node told of in a channel were lost. */
  missed(id: string, node: string): void {
    if (this.#remote.find(id, node) !== undefined) this.#change(node, id, (replica) => replica.doubt());
  }

  /** A node is dead, or has said good-bye: its people are gone. */
  nodeGone(node: string): void {
    this.#nodes.delete(node);
    this.#unsaid.delete(node);
    this.#remote.leave(node);
  }

  /** The bus was down and is up again: compares with all nodes. */
  resumed(): void {
    for (const node of this.#nodes) this.#compareAll(node);
  }

  /** Nothing is heard any more: own people remain. */
  end(): void {
    for (const node of this.#nodes) this.nodeGone(node);
  }

  /**
   * Is called in regular intervals: tells where some of the own channels are and looks after some of the others', in rotation, so
   * that whatever was lost is found.
   */
  round(): void {
    const { ids } = this.#own;
    for (const id of rotation(ids, this.#nextChannel)) {
      this.#publish(id, { type: "tail", version: this.#own.version(id) });
    }
    this.#nextChannel += roundLimit;
    if (this.#nextChannel >= ids.length) this.#nextChannel = 0;
    const places = [...this.#remote.places()];
    const doubtful = new Map<string, Set<string>>(this.#unsaid);
    this.#unsaid.clear();
    for (const { id, node, replica } of rotation(places, this.#nextPlace)) {
      if (replica.isCut && this.#remote.hasRoom(id)) replica.doubt();
      if (replica.isStale || (!replica.isConfirmed && replica.size > 0)) {
        const list = doubtful.get(node) ?? new Set();
        doubtful.set(node, list.add(id));
      }
      replica.isConfirmed = false;
    }
    this.#nextPlace += roundLimit;
    if (this.#nextPlace >= places.length) this.#nextPlace = 0;
    for (const [node, list] of doubtful) this.#compare(node, [...list]);
  }

  /** A message of another node, told on a channel or, without `id`, to this node alone. Returns whether it was one. */
  receive(node: string, id: string | undefined, bytes: Uint8Array): boolean {
    const message = decodePresence(bytes, this.#options.bounds);
    if (message === undefined) return false;
    const isForAll = message.type === "delta" || message.type === "tail" || message.type === "ask";
    if (isForAll !== (id !== undefined)) return false;
    if (id !== undefined) this.#remote.open(id);
    this.#take(node, id ?? "", message);
    return true;
  }

  /** Tells what is still to tell, at once instead of behind the turn. */
  flush(): void {
    this.#isDue = false;
    this.#ask();
    for (const id of [...this.#untold.keys()]) this.#announce(id);
    const before = this.#before;
    this.#before = new Map();
    for (const [id, people] of before) {
      const diff = this.#diff(id, people);
      if (diff.joined.length + diff.left.length + diff.changed.length > 0) this.#options.tell?.(id, diff);
    }
  }

  #take(node: string, id: string, message: PresenceMessage): void {
    switch (message.type) {
      case "ask":
        this.#answer(node, [[id, 0, 0]]);
        return;
      case "compare":
        this.#clock.hear(message.time);
        this.#answer(node, message.channels);
        for (const comparison of message.channels) this.#onComparison(node, comparison);
        return;
      case "tail":
        this.#change(node, id, (replica) => replica.confirm(message.version));
        return;
      case "delta":
        this.#witness(message.people);
        this.#change(node, id, (replica) => replica.change(message));
        return;
      case "states":
        for (const state of message.states) {
          this.#take(node, id, { type: "snapshot", part: 0, parts: 1, ...state });
        }
        return;
      case "snapshot":
        this.#witness(message.people);
        this.#change(node, message.id, (replica) => replica.take(message));
    }
  }

  #onComparison(node: string, [id, , mine]: Comparison): void {
    if (mine > 0) this.#change(node, id, (replica) => replica.confirm(mine));
    else if ((this.#remote.find(id, node)?.size ?? 0) > 0)
      this.#change(node, id, (replica) => replica.doubt());
  }

  /** Changes a replica. What is missing is asked for behind this turn. */
  #change(node: string, id: string, change: (replica: PresenceReplica) => void): void {
    // What a node that is gone had sent before must not bring its people back.
    const replica = this.#nodes.has(node) ? this.#remote.replica(id, node) : undefined;
    if (replica === undefined) return;
    const wasStale = replica.isStale;
    change(replica);
    if (!replica.isStale || wasStale) return;
    const ids = this.#doubtful.get(node) ?? [];
    this.#doubtful.set(node, ids);
    ids.push(id);
    this.#schedule();
  }

  /** Tells a node of everybody in channels, but for those where it is at our version. */
  #answer(node: string, comparisons: readonly Comparison[]): void {
    const { maxBytes } = this.#options.link;
    const small: State[] = [];
    for (const [id, yours] of comparisons) {
      this.#announce(id);
      if (this.#own.version(id) === yours) continue;
      // A state that just fits into a message of its own has room for its frame there.
      const states = this.#own.states(id, maxBytes - jsonBytes(id) - frameBytes);
      if (states.length === 1) small.push(states[0]!);
      else {
        for (const [part, state] of states.entries()) {
          this.#send(node, { type: "snapshot", part, parts: states.length, ...state }, [id]);
        }
      }
    }
    if (small.length === 0) return;
    for (const states of inParts(small, maxBytes, stateBytes)) {
      const told = states.map(({ id }) => id);
      this.#send(node, { type: "states", states }, told);
    }
  }

  /** Asks who is in the channels that were opened, and for what is missing. */
  #ask(): void {
    const doubtful = this.#doubtful;
    this.#doubtful = new Map();
    for (const [node, ids] of doubtful) if (this.#nodes.has(node)) this.#compare(node, ids);
    const ids = [...this.#opened];
    this.#opened.clear();
    if (ids.length > askLimit) for (const node of this.#nodes) this.#compare(node, ids);
    else for (const id of ids) this.#publish(id, { type: "ask" });
  }

  #compareAll(node: string): void {
    const { ids } = this.#remote;
    // With nothing to compare it still tells the time.
    if (ids.length === 0) this.#send(node, { type: "compare", time: this.#clock.next, channels: [] }, []);
    this.#compare(node, ids);
  }

  #compare(node: string, ids: readonly string[]): void {
    const comparisons = ids.map((id): Comparison => {
      const replica = this.#remote.find(id, node);
      const yours = replica === undefined ? 0 : replica.isStale ? undefined : replica.version;
      return [id, yours, this.#own.version(id)];
    });
    if (comparisons.length === 0) return;
    const lengthOf = (comparison: Comparison) => jsonBytes(comparison) + 1;
    for (const channels of inParts(comparisons, this.#options.link.maxBytes, lengthOf)) {
      const told = channels.map(([id]) => id);
      this.#send(node, { type: "compare", time: this.#clock.next, channels }, told);
    }
  }

  #announce(id: string): void {
    const keys = this.#untold.get(id);
    if (keys === undefined) return;
    this.#untold.delete(id);
    const { link, onTooLong } = this.#options;
    for (const message of this.#own.changes(id, keys, link.maxBytes, ([key]) => onTooLong(key))) {
      this.#publish(id, message);
    }
  }

  #witness(people: readonly Entry[]): void {
    for (const [, share] of people) {
      if (share !== undefined) this.#clock.hear(Math.max(share.since, share.replaced));
    }
  }

  #touchOwn(id: string, key: string): void {
    this.#touch(id, key);
    const keys = this.#untold.get(id) ?? new Set();
    this.#untold.set(id, keys);
    keys.add(key);
  }

  #touch(id: string, key: string): void {
    this.#schedule();
    if (this.#options.tell === undefined) return;
    const before = this.#before.get(id) ?? new Map();
    this.#before.set(id, before);
    if (!before.has(key)) before.set(key, this.#person(id, key));
  }

  #schedule(): void {
    if (!this.#isDue) (this.#options.behind ?? setImmediate)(() => this.flush());
    this.#isDue = true;
  }

  #person(id: string, key: string): Present | undefined {
    const shares = this.#remote.shares(id, key);
    const share = this.#own.share(id, key);
    if (share !== undefined) shares.push([this.#options.node, share]);
    return personOf(key, shares);
  }

  #diff(id: string, before: ReadonlyMap<string, Present | undefined>): PresenceDiff {
    const joined: Present[] = [];
    const left: Present[] = [];
    const changed: Present[] = [];
    for (const [key, was] of before) {
      const person = this.#person(id, key);
      if (person === undefined) {
        if (was !== undefined) left.push({ ...was, connections: 0 });
      } else if (was === undefined) joined.push(person);
      else if (!isSameMeta(was.meta, person.meta)) changed.push(person);
    }
    return { joined, left, changed };
  }

  #publish(id: string, message: PresenceMessage): void {
    const said = this.#options.link.toChannel(id, encodePresence(message), message.type === "delta");
    void said.then(({ ok }) => {
      if (!ok) for (const node of this.#nodes) this.#leaveUnsaid(node, [id]);
    });
  }

  #send(node: string, message: PresenceMessage, ids: readonly string[]): void {
    void this.#options.link.toNode(node, encodePresence(message)).then(({ ok }) => {
      if (!ok) this.#leaveUnsaid(node, ids);
    });
  }

  /** Comparing in the next round makes up for whatever was not said. */
  #leaveUnsaid(node: string, ids: readonly string[]): void {
    if (!this.#nodes.has(node)) return;
    const unsaid = this.#unsaid.get(node) ?? new Set();
    this.#unsaid.set(node, unsaid);
    for (const id of ids) if (this.#remote.has(id)) unsaid.add(id);
  }
}

function rotation<Item>(items: readonly Item[], from: number): readonly Item[] {
  return items.slice(from, from + roundLimit);
}

/** Meta that came over the bus is never the same object: what counts is what it says. */
function isSameMeta(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}
