import { ClusterPresence } from "../../src/cluster/cluster-presence.ts";
import type { Membership } from "../../src/membership.ts";
import type { PresenceDiff, Present } from "../../src/presence.ts";

type Letter = { from: string; to: string; id: string | undefined; bytes: Uint8Array };
type Connection = { id: string; membership: { meta: unknown }; user: string };

const bounds = { keyBytes: 200, metaBytes: 4096, channelPeople: 10_000, people: 100_000 };

/** One node of a {@link PresenceCluster}: its presence, and what it knows of by diffs alone. */
export class PresenceNode {
  readonly name: string;
  readonly presence: ClusterPresence;
  readonly connections: (Connection | undefined)[] = [];
  readonly known = new Set<string>();
  /** The list of each channel, put together from diffs. */
  readonly told = new Map<string, Map<unknown, Present>>();
  readonly faults: string[] = [];
  readonly diffs: string[] = [];
  isDown = false;
  readonly #cluster: PresenceCluster;

  constructor(name: string, cluster: PresenceCluster, maxBytes: number) {
    this.name = name;
    this.#cluster = cluster;
    this.presence = new ClusterPresence({
      node: name,
      bounds,
      link: {
        maxBytes,
        toChannel: async (id, bytes) => {
          for (const to of cluster.nodes) if (to.has(id)) cluster.send(this, to, id, bytes);
          return { ok: true };
        },
        toNode: async (node, bytes) => {
          const to = cluster.nodes.find(({ name }) => name === node);
          if (to !== undefined) cluster.send(this, to, undefined, bytes);
          return { ok: true };
        },
      },
      tell: (id, diff) => this.#hear(id, diff),
      now: () => 0,
      onTooLong: (key) => this.faults.push(`${key} is too long`),
      behind: () => {},
    });
  }

  has(id: string): boolean {
    return this.connections.some((connection) => connection?.id === id);
  }

  join(slot: number, id: string, user: string, meta: unknown): void {
    const existing = this.connections[slot];
    if (existing !== undefined && existing.id === id) {
      existing.membership.meta = meta;
      existing.user = user;
      this.presence.replace(id, existing.membership as Membership, user);
      return;
    }
    this.leave(slot);
    const isFirst = !this.has(id);
    const membership = { meta };
    this.connections[slot] = { id, membership, user };
    this.presence.join(id, membership as Membership, user);
    if (isFirst) this.presence.open(id);
  }

  leave(slot: number): void {
    const connection = this.connections[slot];
    if (connection === undefined) return;
    this.connections[slot] = undefined;
    this.presence.leave(connection.id, connection.membership as Membership);
    if (this.has(connection.id)) return;
    this.presence.close(connection.id);
    this.#cluster.unsubscribe(this, connection.id);
  }

  /** How many connections every user has in a channel on this node. */
  counts(id: string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const connection of this.connections) {
      if (connection?.id === id) counts.set(connection.user, (counts.get(connection.user) ?? 0) + 1);
    }
    return counts;
  }

  #hear(id: string, { joined, left, changed }: PresenceDiff): void {
    const people = this.told.get(id) ?? new Map<unknown, Present>();
    this.told.set(id, people);
    for (const person of joined) {
      if (people.has(person.key)) this.faults.push(`${person.key} came twice`);
      people.set(person.key, person);
      this.diffs.push(`${id}+${person.key}`);
    }
    for (const { key } of left) {
      if (!people.delete(key)) this.faults.push(`${key} went twice`);
      this.diffs.push(`${id}-${key}`);
    }
    for (const person of changed) {
      if (!people.has(person.key)) this.faults.push(`${person.key} changed and was not there`);
      people.set(person.key, person);
      this.diffs.push(`${id}~${person.key}`);
    }
  }
}

/** Nodes, and a network between them that does with every message what it is told to. */
export class PresenceCluster {
  nodes: PresenceNode[] = [];
  letters: Letter[] = [];
  readonly cuts = new Set<string>();
  /** What was on its way to who unsubscribes may still come. */
  isLate = true;
  readonly #maxBytes: number;
  #made = 0;

  constructor(count: number, maxBytes = 100_000) {
    this.#maxBytes = maxBytes;
    for (let i = 0; i < count; i++) this.start(i);
    this.settle();
  }

  /** Puts a new node into a place, where one may have been killed. The others hear of it. */
  start(place: number): void {
    const node = new PresenceNode(`${place}.${this.#made++}`, this, this.#maxBytes);
    this.nodes[place] = node;
    this.meet();
  }

  /** A node is gone without a word; the others notice later. */
  kill(place: number): void {
    this.start(place);
  }

  /** Everybody notices who is there, as far as nothing is between them. */
  meet(): void {
    for (const one of this.nodes) {
      for (const other of this.nodes) {
        if (one === other || one.known.has(other.name) || this.#isCut(one, other)) continue;
        one.known.add(other.name);
        one.presence.nodeCame(other.name);
      }
    }
  }

  /** Everybody has heard nothing for a while of those who are not there, or behind a cut. */
  expire(): void {
    for (const one of this.nodes) {
      for (const name of one.known) {
        const other = this.nodes.find((node) => node.name === name);
        if (other !== undefined && !this.#isCut(one, other)) continue;
        one.known.delete(name);
        one.presence.nodeGone(name);
      }
    }
  }

  send(from: PresenceNode, to: PresenceNode, id: string | undefined, bytes: Uint8Array): void {
    if (from === to || this.#isCut(from, to)) return;
    this.letters.push({ from: from.name, to: to.name, id, bytes });
  }

  unsubscribe(node: PresenceNode, id: string): void {
    if (this.isLate) return;
    this.letters = this.letters.filter((letter) => letter.to !== node.name || letter.id !== id);
  }

  /** What becomes of one of the messages under way. */
  deliver(number: number, copies: number, isKept = false): void {
    const [letter] = this.letters.splice(number % Math.max(1, this.letters.length), 1);
    if (letter === undefined) return;
    const to = this.nodes.find(({ name }) => name === letter.to);
    // What is said on a topic that is not heard any more does not get this far.
    if (letter.id !== undefined && to?.has(letter.id) !== true) return;
    for (let i = 0; i < copies; i++) {
      if (to?.presence.receive(letter.from, letter.id, letter.bytes) === false) to.faults.push("malformed");
    }
    if (isKept) this.letters.push(letter);
  }

  /** Brings all that is under way, in order, and what is said to it. */
  settle(): void {
    for (let turns = 100; turns > 0; turns--) {
      for (const { presence } of this.nodes) presence.flush();
      if (this.letters.length === 0) return;
      for (let left = this.letters.length; left > 0; left--) this.deliver(0, 1);
    }
    throw new Error("The nodes do not stop talking");
  }

  /** Heals everything, and lets rounds go by. */
  heal(rounds: number): void {
    this.cuts.clear();
    for (const node of this.nodes) {
      if (node.isDown) node.presence.resumed();
      node.isDown = false;
    }
    this.expire();
    this.meet();
    for (let i = 0; i < rounds; i++) {
      this.settle();
      for (const { presence } of this.nodes) presence.round();
    }
    this.settle();
  }

  #isCut(one: PresenceNode, other: PresenceNode): boolean {
    if (one.isDown || other.isDown) return true;
    const places = [this.nodes.indexOf(one), this.nodes.indexOf(other)].sort();
    return this.cuts.has(places.join());
  }
}
