import type { Membership } from "./membership.ts";

/** Somebody who is in a channel, with one connection or several. */
export type Present<Meta = unknown> = {
  /** Who it is: what the option `key` said. */
  readonly key: unknown;
  /** That of the first connection, or the one that replaced it last. */
  readonly meta: Meta;
  readonly connections: number;
};

/** Who came, went or has another meta, compared with the last time. Who came and went in between is in neither. */
export type PresenceDiff<Meta = unknown> = {
  readonly joined: readonly Present<Meta>[];
  readonly left: readonly Present<Meta>[];
  readonly changed: readonly Present<Meta>[];
};

type Person = { readonly key: unknown; meta: unknown; connections: number };

type Room = {
  readonly people: Map<unknown, Person>;
  readonly personOf: Map<Membership, Person>;
  /** How those whom this turn has touched were before it. */
  readonly before: Map<unknown, Present | undefined>;
};

/** Who is where, on this node or on all. */
export type PresenceKeeper = Pick<Presence, "here" | "list" | "join" | "leave" | "replace">;

/** Who is where. What changes within one turn of the event loop is told in one diff per channel, behind the turn. */
export class Presence {
  readonly #tell: ((id: unknown, diff: PresenceDiff) => void) | undefined;
  readonly #onTouch: ((id: unknown, key: unknown) => void) | undefined;
  readonly #rooms = new Map<unknown, Room>();
  #touched = new Map<unknown, Room>();

  /** `onTouch` is called before somebody changes. */
  constructor(
    tell: ((id: unknown, diff: PresenceDiff) => void) | undefined,
    onTouch?: (id: unknown, key: unknown) => void,
  ) {
    this.#tell = tell;
    this.#onTouch = onTouch;
  }

  /** The people of this process alone. */
  get here(): Pick<Presence, "list"> {
    return this;
  }

  /** Everybody in a channel, in the order in which they came. */
  list(id: unknown): Present[] {
    return [...(this.#rooms.get(id)?.people.values() ?? [])].map(seen);
  }

  /** Somebody who is in a channel: the same object, which changes, from coming to going. */
  find(id: unknown, key: unknown): Present | undefined {
    return this.#rooms.get(id)?.people.get(key);
  }

  /** A member is shown as `key`. */
  join(id: unknown, membership: Membership, key: unknown): void {
    let room = this.#rooms.get(id) ?? this.#touched.get(id);
    room ??= { people: new Map(), personOf: new Map(), before: new Map() };
    this.#rooms.set(id, room);
    let person = room.people.get(key);
    this.#touch(id, room, key, person);
    if (person === undefined) {
      person = { key, meta: membership.meta, connections: 0 };
      room.people.set(key, person);
    }
    person.connections++;
    room.personOf.set(membership, person);
  }

  /** A member has left, shown or not. */
  leave(id: unknown, membership: Membership): void {
    const room = this.#rooms.get(id);
    const person = room?.personOf.get(membership);
    if (room === undefined || person === undefined) return;
    this.#touch(id, room, person.key, person);
    room.personOf.delete(membership);
    person.connections--;
    if (person.connections === 0) room.people.delete(person.key);
    if (room.people.size === 0) this.#rooms.delete(id);
  }

  /** A member has another meta, and with it `key`: perhaps another, perhaps none. */
  replace(id: unknown, membership: Membership, key: unknown): void {
    const room = this.#rooms.get(id);
    const person = room?.personOf.get(membership);
    if (room !== undefined && person !== undefined && person.key === key) {
      this.#touch(id, room, key, person);
      person.meta = membership.meta;
      return;
    }
    this.leave(id, membership);
    if (key !== undefined) this.join(id, membership, key);
  }

  #touch(id: unknown, room: Room, key: unknown, person: Person | undefined): void {
    this.#onTouch?.(id, key);
    if (this.#tell === undefined || room.before.has(key)) return;
    room.before.set(key, person && seen(person));
    if (this.#touched.size === 0) setImmediate(this.#flush);
    this.#touched.set(id, room);
  }

  readonly #flush = (): void => {
    const touched = this.#touched;
    this.#touched = new Map();
    for (const [id, room] of touched) {
      const diff = diffOf(room);
      room.before.clear();
      if (diff.joined.length + diff.left.length + diff.changed.length > 0) this.#tell!(id, diff);
    }
  };
}

function diffOf({ before, people }: Room): PresenceDiff {
  const joined: Present[] = [];
  const left: Present[] = [];
  const changed: Present[] = [];
  for (const [key, was] of before) {
    const person = people.get(key);
    if (person === undefined) {
      if (was !== undefined) left.push({ ...was, connections: 0 });
    } else if (was === undefined) joined.push(seen(person));
    else if (!Object.is(was.meta, person.meta)) changed.push(seen(person));
  }
  return { joined, left, changed };
}

function seen({ key, meta, connections }: Person): Present {
  return { key, meta, connections };
}
