import type { Present } from "../presence.ts";
import type { LogicalClock } from "./logical-clock.ts";
import type { Share } from "./person-share.ts";
import { type Entry, entryBytes, inParts, type PresenceMessage, type State } from "./presence-message.ts";

type Told = { readonly person: Present; readonly share: Share };
type Channel = { version: number; readonly told: Map<string, Told> };

/** What this node tells the others of its own people: how they were told last, and the versions of it. */
export class OwnPeople {
  readonly #find: (id: string, key: string) => Present | undefined;
  readonly #clock: LogicalClock;
  readonly #channels = new Map<string, Channel>();
  /** The version of the last change in any channel. */
  #version = 0;

  /** `find` tells who is there now: the same object from coming to going. */
  constructor(find: (id: string, key: string) => Present | undefined, clock: LogicalClock) {
    this.#find = find;
    this.#clock = clock;
  }

  /** The channels in which somebody is. */
  get ids(): readonly string[] {
    return [...this.#channels.keys()];
  }

  /** The version of a channel's last change, 0 when nobody is there. */
  version(id: string): number {
    return this.#channels.get(id)?.version ?? 0;
  }

  /** What this node has of a person now, told or not. */
  share(id: string, key: string): Share | undefined {
    const person = this.#find(id, key);
    if (person === undefined) return undefined;
    const { meta, connections } = person;
    const told = this.#channels.get(id)?.told.get(key);
    const now = this.#clock.next;
    if (told?.person !== person) return { meta, connections, since: now, replaced: 0 };
    const { since, replaced } = told.share;
    return { meta, connections, since, replaced: Object.is(meta, told.share.meta) ? replaced : now };
  }

  /** What has become of some people, in messages of at most `limit` octets. `onTooLong` hears of who does not fit in any. */
  changes(
    id: string,
    keys: Iterable<string>,
    limit: number,
    onTooLong: (entry: Entry) => void,
  ): PresenceMessage[] {
    const channel = this.#channels.get(id) ?? { version: 0, told: new Map() };
    const entries: Entry[] = [];
    for (const key of keys) {
      const was = channel.told.get(key)?.share;
      const share = this.share(id, key);
      if (share === undefined) channel.told.delete(key);
      else {
        if (!isSame(was, share)) this.#clock.take();
        channel.told.set(key, { person: this.#find(id, key)!, share });
      }
      if (!isSame(was, share)) entries.push([key, share]);
    }
    const messages: PresenceMessage[] = [];
    if (entries.length > 0) {
      for (const people of inParts(entries, limit, entryBytes, onTooLong)) {
        const prev = channel.version;
        channel.version = ++this.#version;
        messages.push({ type: "delta", prev, version: channel.version, people });
      }
    }
    if (channel.told.size === 0) this.#channels.delete(id);
    else this.#channels.set(id, channel);
    return messages;
  }

  /** Everybody in a channel as told last, in states that take at most `limit` octets each. */
  states(id: string, limit: number): State[] {
    const { version, told } = this.#channels.get(id) ?? {
      version: this.#version,
      told: new Map<string, Told>(),
    };
    const entries = Array.from(told, ([key, { share }]): Entry => [key, share]);
    return inParts(entries, limit, entryBytes).map((people) => ({ id, version, people }));
  }
}

function isSame(one: Share | undefined, other: Share | undefined): boolean {
  return (
    one?.since === other?.since &&
    one?.replaced === other?.replaced &&
    one?.connections === other?.connections
  );
}
