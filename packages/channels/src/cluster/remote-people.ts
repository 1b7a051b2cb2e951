import type { NodeShare } from "./person-share.ts";
import { PresenceReplica, type ReplicaOwner } from "./presence-replica.ts";

/** How many people of other nodes are kept. */
export type PeopleBounds = { readonly channelPeople: number; readonly people: number };

/** Where a replica is. */
export type Place = { readonly id: string; readonly node: string; readonly replica: PresenceReplica };

type Channel = { readonly nodes: Map<string, PresenceReplica>; people: number };

/** The people of all other nodes, by channel and node, within bounds. */
export class RemotePeople {
  readonly #bounds: PeopleBounds;
  readonly #touch: (id: string, key: string) => void;
  readonly #channels = new Map<string, Channel>();
  #people = 0;

  /** `touch` is called before somebody changes. */
  constructor(bounds: PeopleBounds, touch: (id: string, key: string) => void) {
    this.#bounds = bounds;
    this.#touch = touch;
  }

  /** All channels that are kept. */
  get ids(): readonly string[] {
    return [...this.#channels.keys()];
  }

  /** Whether a channel is kept. */
  has(id: string): boolean {
    return this.#channels.has(id);
  }

  /** Keeps a channel from now on. */
  open(id: string): void {
    if (!this.#channels.has(id)) this.#channels.set(id, { nodes: new Map(), people: 0 });
  }

  /** Forgets a channel, without a word: nobody looks at it any more. */
  close(id: string): void {
    this.#people -= this.#channels.get(id)?.people ?? 0;
    this.#channels.delete(id);
  }

  /** The replica of a node's people, which begins now if need be; `undefined` for a channel that is not kept. */
  replica(id: string, node: string): PresenceReplica | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    let replica = channel.nodes.get(node);
    replica ??= new PresenceReplica(this.#owner(id, channel));
    channel.nodes.set(node, replica);
    return replica;
  }

  /** The replica of a node's people, if there is one. */
  find(id: string, node: string): PresenceReplica | undefined {
    return this.#channels.get(id)?.nodes.get(node);
  }

  /** A node is gone, and its people. */
  leave(node: string): void {
    for (const { nodes } of this.#channels.values()) {
      nodes.get(node)?.clear();
      nodes.delete(node);
    }
  }

  /** What other nodes have of a person. */
  shares(id: string, key: string): NodeShare[] {
    const shares: NodeShare[] = [];
    for (const [node, replica] of this.#channels.get(id)?.nodes ?? []) {
      const share = replica.get(key);
      if (share !== undefined) shares.push([node, share]);
    }
    return shares;
  }

  /** Whom other nodes have in a channel; who is on several comes as often. */
  *keys(id: string): IterableIterator<string> {
    for (const replica of this.#channels.get(id)?.nodes.values() ?? []) yield* replica.keys();
  }

  /** All replicas. */
  *places(): IterableIterator<Place> {
    for (const [id, { nodes }] of this.#channels) {
      for (const [node, replica] of nodes) yield { id, node, replica };
    }
  }

  /** Whether a channel may have more people. */
  hasRoom(id: string): boolean {
    return this.#mayGrow(this.#channels.get(id)?.people ?? 0);
  }

  #mayGrow(people: number): boolean {
    return people < this.#bounds.channelPeople && this.#people < this.#bounds.people;
  }

  #owner(id: string, channel: Channel): ReplicaOwner {
    return {
      limit: this.#bounds.channelPeople,
      touch: (key) => this.#touch(id, key),
      admit: () => {
        if (!this.#mayGrow(channel.people)) return false;
        channel.people++;
        this.#people++;
        return true;
      },
      release: () => {
        channel.people--;
        this.#people--;
      },
    };
  }
}
