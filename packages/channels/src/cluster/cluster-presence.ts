import type { Membership } from "../membership.ts";
import { Presence, type PresenceDiff, type Present } from "../presence.ts";
import { LogicalClock } from "./logical-clock.ts";
import { OwnPeople } from "./own-people.ts";
import { PeopleView } from "./people-view.ts";
import type { NodeShare } from "./person-share.ts";
import { type PresenceLink, PresenceVoice } from "./presence-link.ts";
import { decodePresence, type PresenceBounds } from "./presence-message.ts";
import { PresenceTalk } from "./presence-talk.ts";
import { type PeopleBounds, RemotePeople } from "./remote-people.ts";

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
  readonly #view: PeopleView;
  readonly #voice: PresenceVoice;
  readonly #talk: PresenceTalk;
  readonly #nodes = new Set<string>();
  /** Own people whom this turn has touched. */
  readonly #untold = new Map<string, Set<string>>();
  #isDue = false;

  constructor(options: ClusterPresenceOptions) {
    const clock = new LogicalClock(options.now);
    this.#options = options;
    this.#here = new Presence(undefined, (id, key) => this.#touchOwn(id as string, key as string));
    this.#own = new OwnPeople((id, key) => this.#here.find(id, key), clock);
    this.#remote = new RemotePeople(options.bounds, (id, key) => this.#touch(id, key));
    this.#view = new PeopleView((id, key) => this.#shares(id, key), options.tell);
    this.#voice = new PresenceVoice(options.link, this.#nodes);
    this.#talk = new PresenceTalk({
      own: this.#own,
      remote: this.#remote,
      nodes: this.#nodes,
      clock,
      voice: this.#voice,
      announce: (id) => this.#announce(id),
      schedule: () => this.#schedule(),
    });
  }

  /** The people of this node alone. */
  get here(): Pick<Presence, "list"> {
    return this.#here;
  }

  /** Everybody in a channel: who is here first, then who is on other nodes. */
  list(id: string): Present[] {
    const keys = new Set(this.#here.list(id).map(({ key }) => key as string));
    for (const key of this.#remote.keys(id)) keys.add(key);
    return Array.from(keys, (key) => this.#view.person(id, key)!);
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
    this.#talk.open(id);
  }

  /** A channel has no members on this node any more. */
  close(id: string): void {
    for (const key of this.#remote.keys(id)) this.#touch(id, key);
    this.#remote.close(id);
  }

  /** There is another node, or it is back. What it tells of its people is believed from now on. */
  nodeCame(node: string): void {
    this.#nodes.add(node);
    this.#talk.compare(node);
  }

  /** Changes that a node told of in a channel were lost. */
  missed(id: string, node: string): void {
    if (this.#remote.find(id, node) !== undefined) this.#talk.change(node, id, (replica) => replica.doubt());
  }

  /** A node is dead, or has said good-bye: its people are gone. */
  nodeGone(node: string): void {
    this.#nodes.delete(node);
    this.#remote.leave(node);
  }

  /** The bus was down and is up again: compares with all nodes. */
  resumed(): void {
    for (const node of this.#nodes) this.#talk.compare(node);
  }

  /** Nothing is heard any more: own people remain. */
  end(): void {
    for (const node of this.#nodes) this.nodeGone(node);
  }

  /** Is called in regular intervals, so that whatever was lost is found. */
  round(): void {
    this.#talk.round();
  }

  /** A message of another node, told on a channel or, without `id`, to this node alone. Returns whether it was one. */
  receive(node: string, id: string | undefined, bytes: Uint8Array): boolean {
    const message = decodePresence(bytes, this.#options.bounds);
    if (message === undefined) return false;
    const isForAll = message.type === "delta" || message.type === "tail" || message.type === "ask";
    if (isForAll !== (id !== undefined)) return false;
    if (id !== undefined) this.#remote.open(id);
    this.#talk.take(node, id ?? "", message);
    return true;
  }

  /** Tells what is still to tell, at once instead of behind the turn. */
  flush(): void {
    this.#isDue = false;
    this.#talk.ask();
    for (const id of [...this.#untold.keys()]) this.#announce(id);
    this.#view.flush();
  }

  #announce(id: string): void {
    const keys = this.#untold.get(id);
    if (keys === undefined) return;
    this.#untold.delete(id);
    const tooLong = ([key]: readonly [string, unknown]): void => this.#options.onTooLong(key);
    for (const message of this.#own.changes(id, keys, this.#voice.maxBytes, tooLong)) {
      this.#voice.publish(id, message);
    }
  }

  #touchOwn(id: string, key: string): void {
    this.#touch(id, key);
    const keys = this.#untold.get(id) ?? new Set();
    this.#untold.set(id, keys.add(key));
  }

  #touch(id: string, key: string): void {
    this.#schedule();
    this.#view.touch(id, key);
  }

  #schedule(): void {
    if (!this.#isDue) (this.#options.behind ?? setImmediate)(() => this.flush());
    this.#isDue = true;
  }

  #shares(id: string, key: string): NodeShare[] {
    const shares = this.#remote.shares(id, key);
    const share = this.#own.share(id, key);
    if (share !== undefined) shares.push([this.#options.node, share]);
    return shares;
  }
}
