import type { Membership } from "../membership.ts";
import { Presence, type PresenceDiff, type Present } from "../presence.ts";
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
} from "./presence-message.ts";
import type { PresenceReplica } from "./presence-replica.ts";
import { type PeopleBounds, RemotePeople } from "./remote-people.ts";

/** The way to other nodes. What it cannot bring is lost: who misses it will ask. */
export interface PresenceLink {
  /** Octets that a message may have. */
  readonly maxBytes: number;
  /** To all nodes that have members in a channel: a change, or a word about it. */
  toChannel(id: string, message: Uint8Array, isChange: boolean): void;
  /** To one node. */
  toNode(node: string, message: Uint8Array): void;
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
  /** Calls something behind this turn. */
  readonly behind?: (flush: () => void) => void;
};

/** What a round does at most: channels told of, replicas asked after. */
const roundLimit = 64;

/**
 * Who is where on all nodes: own people, and what other nodes tell of theirs in the channels that this node has members in.
 *
 * Every change of a turn is told in one message per channel. Each node is the only one that tells of its people, so that all that
 * have heard the same see the same, in whatever order it came; what was lost shows by the versions, and is asked for.
 */
export class ClusterPresence {
  readonly #options: ClusterPresenceOptions;
  readonly #here: Presence;
  readonly #own: OwnPeople;
  readonly #remote: RemotePeople;
  readonly #nodes = new Set<string>();
  /** How those whom this turn has touched were before it. */
  #before = new Map<string, Map<string, Present | undefined>>();
  /** Own people whom this turn has touched. */
  #untold = new Map<string, Set<string>>();
  #isDue = false;
  #nextPlace = 0;
  #nextChannel = 0;

  constructor(options: ClusterPresenceOptions) {
    this.#options = options;
    this.#here = new Presence(undefined, (id, key) => this.#touchOwn(id as string, key as string));
    this.#own = new OwnPeople((id, key) => this.#here.find(id, key));
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
    this.#publish(id, { type: "ask" });
  }

  /** A channel has no members on this node any more. */
  close(id: string): void {
    for (const key of this.#remote.keys(id)) this.#touch(id, key);
    this.#remote.close(id);
  }

  /** There is another node, or it is back. What it tells of its people is believed from now on. */
  nodeCame(node: string): void {
    this.#nodes.add(node);
    this.#compare(node, this.#remote.ids);
  }

  /** Changes that a node told of in a channel were lost. */
  missed(id: string, node: string): void {
    if (this.#remote.find(id, node) !== undefined) this.#change(node, id, (replica) => replica.doubt());
  }

  /** A node is dead, or has said good-bye: its people are gone. */
  nodeGone(node: string): void {
    this.#nodes.delete(node);
    this.#remote.leave(node);
  }

  /** The bus was down and is up again: compares with all nodes. */
  resumed(): void {
    for (const node of this.#nodes) this.#compare(node, this.#remote.ids);
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
    const doubtful = new Map<string, string[]>();
    for (const { id, node, replica } of rotation(places, this.#nextPlace)) {
      if (replica.isCut && this.#remote.hasRoom(id)) replica.doubt();
      if (replica.isStale || (!replica.isConfirmed && replica.size > 0)) {
        const list = doubtful.get(node) ?? [];
        doubtful.set(node, list);
        list.push(id);
      }
      replica.isConfirmed = false;
    }
    this.#nextPlace += roundLimit;
    if (this.#nextPlace >= places.length) this.#nextPlace = 0;
    for (const [node, list] of doubtful) this.#compare(node, list);
  }

  /** A message of another node, told on a channel or, without `id`, to this node alone. Returns whether it was one. */
  receive(node: string, id: string | undefined, bytes: Uint8Array): boolean {
    const message = decodePresence(bytes, this.#options.bounds);
    if (message === undefined) return false;
    const isForAll = message.type === "delta" || message.type === "tail" || message.type === "ask";
    if (isForAll !== (id !== undefined)) return false;
    this.#take(node, id ?? "", message);
    return true;
  }

  /** Tells what is still to tell, at once instead of behind the turn. */
  flush(): void {
    this.#isDue = false;
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
        this.#answer(node, id, 0);
        return;
      case "compare":
        for (const comparison of message.channels) this.#onComparison(node, comparison);
        return;
      case "tail":
        this.#change(node, id, (replica) => replica.confirm(message.version));
        return;
      case "delta":
        this.#witness(message.people);
        this.#change(node, id, (replica) => replica.change(message));
        return;
      case "snapshot":
        this.#witness(message.people);
        this.#change(node, message.id, (replica) => replica.take(message));
    }
  }

  #onComparison(node: string, [id, yours, mine]: Comparison): void {
    this.#answer(node, id, yours);
    if (mine > 0) this.#change(node, id, (replica) => replica.confirm(mine));
    else if ((this.#remote.find(id, node)?.size ?? 0) > 0)
      this.#change(node, id, (replica) => replica.doubt());
  }

  /** Changes a replica, and asks for what is missing as soon as that shows. */
  #change(node: string, id: string, change: (replica: PresenceReplica) => void): void {
    // What a node that is gone had sent before must not bring its people back.
    const replica = this.#nodes.has(node) ? this.#remote.replica(id, node) : undefined;
    if (replica === undefined) return;
    const wasStale = replica.isStale;
    change(replica);
    if (replica.isStale && !wasStale) this.#compare(node, [id]);
  }

  /** Tells a node of everybody in a channel, unless it is at that version. */
  #answer(node: string, id: string, version: number | undefined): void {
    this.#announce(id);
    if (this.#own.version(id) === version) return;
    const limit = this.#options.link.maxBytes - jsonBytes(id);
    for (const message of this.#own.snapshot(id, limit)) this.#send(node, message);
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
      this.#send(node, { type: "compare", channels });
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
    for (const [, share] of people) if (share !== undefined) this.#own.witness(share);
  }

  #touchOwn(id: string, key: string): void {
    this.#touch(id, key);
    const keys = this.#untold.get(id) ?? new Set();
    this.#untold.set(id, keys);
    keys.add(key);
  }

  #touch(id: string, key: string): void {
    if (!this.#isDue) (this.#options.behind ?? setImmediate)(() => this.flush());
    this.#isDue = true;
    if (this.#options.tell === undefined) return;
    const before = this.#before.get(id) ?? new Map();
    this.#before.set(id, before);
    if (!before.has(key)) before.set(key, this.#person(id, key));
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
    this.#options.link.toChannel(id, encodePresence(message), message.type === "delta");
  }

  #send(node: string, message: PresenceMessage): void {
    this.#options.link.toNode(node, encodePresence(message));
  }
}

function rotation<Item>(items: readonly Item[], from: number): readonly Item[] {
  return items.slice(from, from + roundLimit);
}

/** Meta that came over the bus is never the same object: what counts is what it says. */
function isSameMeta(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}
