import type { PresenceDiff, Present } from "../presence.ts";
import { type NodeShare, personOf } from "./person-share.ts";

/** What becomes of the people of all nodes, told as changes: as they are now, compared with how they were before. */
export class PeopleView {
  readonly #sharesOf: (id: string, key: string) => NodeShare[];
  readonly #tell: ((id: string, diff: PresenceDiff) => void) | undefined;
  /** How those who were touched were before. */
  #before = new Map<string, Map<string, Present | undefined>>();

  /** `sharesOf` tells what all nodes have of somebody. Without `tell` nothing is remembered. */
  constructor(
    sharesOf: (id: string, key: string) => NodeShare[],
    tell: ((id: string, diff: PresenceDiff) => void) | undefined,
  ) {
    this.#sharesOf = sharesOf;
    this.#tell = tell;
  }

  /** Somebody, on all nodes together. */
  person(id: string, key: string): Present | undefined {
    return personOf(key, this.#sharesOf(id, key));
  }

  /** Somebody is about to change. */
  touch(id: string, key: string): void {
    if (this.#tell === undefined) return;
    const before = this.#before.get(id) ?? new Map<string, Present | undefined>();
    this.#before.set(id, before);
    if (!before.has(key)) before.set(key, this.person(id, key));
  }

  /** Tells what has changed since the last time, one diff per channel. */
  flush(): void {
    const before = this.#before;
    this.#before = new Map();
    for (const [id, people] of before) {
      const diff = this.#diff(id, people);
      if (diff.joined.length + diff.left.length + diff.changed.length > 0) this.#tell!(id, diff);
    }
  }

  #diff(id: string, before: ReadonlyMap<string, Present | undefined>): PresenceDiff {
    const joined: Present[] = [];
    const left: Present[] = [];
    const changed: Present[] = [];
    for (const [key, was] of before) {
      const person = this.person(id, key);
      if (person === undefined) {
        if (was !== undefined) left.push({ ...was, connections: 0 });
      } else if (was === undefined) joined.push(person);
      else if (!isSameMeta(was.meta, person.meta)) changed.push(person);
    }
    return { joined, left, changed };
  }
}

/** Meta that came over the bus is never the same object: what counts is what it says. */
function isSameMeta(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}
