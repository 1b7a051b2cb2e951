import type { Share } from "./person-share.ts";
import type { Entry, PresenceMessage } from "./presence-message.ts";

type Delta = Extract<PresenceMessage, { type: "delta" }>;
type Snapshot = Extract<PresenceMessage, { type: "snapshot" }>;

/** A person as it was told, and the version at which. */
type Told = { readonly share: Share; readonly version: number };

/** How many are remembered to have gone, per replica; above it a newer snapshot is waited for instead. */
const goneLimit = 1000;

/** Who keeps replicas. */
export interface ReplicaOwner {
  /** A person is about to change. */
  touch(key: string): void;
  /** Somebody is about to come: whether there is room. */
  admit(): boolean;
  /** Somebody has gone. */
  release(): void;
  /** How many people a channel may have. */
  readonly limit: number;
}

/**
 * The people of one other node in one channel, as that node told them. It survives losing, repeating and late messages: what it
 * is told is applied, and `isStale` says when something is missing, until a snapshot of everybody fills it in.
 */
export class PresenceReplica {
  readonly #owner: ReplicaOwner;
  readonly #people = new Map<string, Told>();
  /** Who has gone at which version, while it is stale: a snapshot from before must not bring them back. */
  readonly #gone = new Map<string, number>();
  /** The newest version heard of. */
  #head = 0;
  /** While it is stale: from this version on everything is known. A snapshot of this version or a later one completes it. */
  #base = 0;
  #isStale = false;
  #parts: { readonly version: number; readonly parts: Map<number, readonly Entry[]> } | undefined;
  /** Whether the node has confirmed it since somebody set this to false. */
  isConfirmed = true;
  /** Whether people were left out because there was no room. */
  isCut = false;

  constructor(owner: ReplicaOwner) {
    this.#owner = owner;
  }

  /** Something is missing. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** The version that it is complete at; 0 when it is not. */
  get version(): number {
    return this.#isStale ? 0 : this.#head;
  }

  /** How many people there are. */
  get size(): number {
    return this.#people.size;
  }

  /** What the node has of a person. */
  get(key: string): Share | undefined {
    return this.#people.get(key)?.share;
  }

  /** Everybody. */
  keys(): IterableIterator<string> {
    return this.#people.keys();
  }

  /** Some have changed. */
  change({ prev, version, people }: Delta): void {
    if (version <= this.#head) return;
    if (prev === 0) {
      this.#keepOnly(new Set(people.map(([key]) => key)), version);
      this.#complete();
    } else if (prev !== this.#head) this.#miss(prev);
    this.#head = version;
    if (!this.#isStale) this.isConfirmed = true;
    for (const [key, share] of people) {
      if (share !== undefined) this.#set(key, share, version);
      else {
        this.#delete(key);
        if (this.#isStale) this.#gone.set(key, version);
      }
    }
    if (this.#gone.size > goneLimit) {
      this.#gone.clear();
      this.#miss(version);
    }
  }

  /** Nothing has changed since a version. */
  confirm(version: number): void {
    if (version > this.#head) {
      this.#miss(version);
      this.#head = version;
    } else if (version === this.#head && !this.#isStale) this.isConfirmed = true;
  }

  /** A part of everybody; nothing happens until all parts are there. Those of an older snapshot are dropped. */
  take({ version, part, parts, people }: Snapshot): void {
    if (this.#isStale ? version < this.#base : version <= this.#head) {
      if (version === this.#head) this.isConfirmed = true;
      return;
    }
    if (parts === 1) {
      this.#replace(version, people);
      return;
    }
    if (this.#parts !== undefined && this.#parts.version > version) return;
    if (this.#parts?.version !== version) this.#parts = { version, parts: new Map() };
    const collected = this.#parts.parts;
    collected.set(part, people);
    if (collected.size === parts) this.#replace(version, [...collected.values()].flat());
    else if (sum(collected) > this.#owner.limit) this.#parts = undefined;
  }

  /** Nobody is there any more: the node is gone. */
  clear(): void {
    for (const key of [...this.#people.keys()]) this.#delete(key);
  }

  /** It may be incomplete: wants a snapshot of the newest version. */
  doubt(): void {
    this.isCut = false;
    if (!this.#isStale) this.#miss(this.#head);
  }

  #miss(base: number): void {
    this.#isStale = true;
    this.#base = base;
  }

  #complete(): void {
    this.#isStale = false;
    this.#parts = undefined;
    this.#gone.clear();
  }

  #replace(version: number, people: readonly Entry[]): void {
    const keys = new Set(people.map(([key]) => key));
    this.#keepOnly(keys, version);
    for (const [key, share] of people) {
      const newer = this.#people.get(key)?.version ?? this.#gone.get(key) ?? 0;
      if (share !== undefined && newer <= version) this.#set(key, share, version);
    }
    this.#head = Math.max(this.#head, version);
    this.#complete();
    this.isConfirmed = true;
  }

  #keepOnly(keys: ReadonlySet<string>, version: number): void {
    for (const [key, told] of this.#people) {
      if (told.version <= version && !keys.has(key)) this.#delete(key);
    }
  }

  #set(key: string, share: Share, version: number): void {
    const was = this.#people.get(key);
    if (was === undefined && !this.#owner.admit()) {
      this.isCut = true;
      return;
    }
    // The same meta told again stays the same object, so that nobody takes it for another.
    const isSame =
      was !== undefined && was.share.since === share.since && was.share.replaced === share.replaced;
    const told = isSame ? { ...share, meta: was.share.meta } : share;
    if (!isSame || was.share.connections !== share.connections) this.#owner.touch(key);
    this.#people.set(key, { share: told, version });
  }

  #delete(key: string): void {
    if (!this.#people.has(key)) return;
    this.#owner.touch(key);
    this.#people.delete(key);
    this.#owner.release();
  }
}

function sum(parts: ReadonlyMap<number, readonly Entry[]>): number {
  let count = 0;
  for (const part of parts.values()) count += part.length;
  return count;
}
