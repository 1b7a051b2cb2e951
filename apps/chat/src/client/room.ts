import type { Person } from "../protocol/fields.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import { Timeline } from "./timeline.ts";
import { Typists } from "./typists.ts";
import type { Timer, World } from "./world.ts";

/** What the page knows of a room that it is in. */
export class Room {
  readonly name: string;
  readonly timeline: Timeline = new Timeline();
  readonly people: Map<string, Person> = new Map();
  readonly typists: Typists;
  readonly outbox: Outbox;
  /** Whether the server has this page in the room. */
  state: "out" | "joining" | "joined" = "out";
  /** What came back of the last rejoin: false when messages may be missing. Null when nothing was missed or it is not known. */
  recovered: boolean | null = null;
  /** Messages that nobody has seen yet. */
  unread = 0;
  /** The ids of own messages that other servers may not have got. */
  readonly localOnly: Set<string> = new Set();
  /** Ends when the next message may be sent, or an answer is overdue. */
  timer: Timer | undefined;
  /** When the others were last told that somebody is typing here. */
  typedAt: number = Number.NEGATIVE_INFINITY;

  constructor(name: string, unsent: readonly Unsent[], world: World, changed: () => void) {
    this.name = name;
    this.outbox = new Outbox(unsent);
    this.typists = new Typists(world, changed);
  }
}
