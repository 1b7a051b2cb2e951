import type { Person } from "../protocol/fields.ts";
import type { FromServer, Said } from "../protocol/from-server.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import { Timeline } from "./timeline.ts";
import { Typists } from "./typists.ts";
import type { World } from "./world.ts";

/** What a server says of a room. */
export type RoomMessage = Extract<FromServer, { room: string }>;

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

  constructor(name: string, unsent: readonly Unsent[], world: World, changed: () => void) {
    this.name = name;
    this.outbox = new Outbox(unsent);
    this.typists = new Typists(world, changed);
  }

  /** Takes in what the server says of the room; `own` is the id of who sits before the page. */
  hear(message: RoomMessage, own: string): void {
    switch (message.type) {
      case "joined":
        this.state = "joined";
        this.recovered = message.recovered;
        if (message.position !== null) this.timeline.advance(message.position);
        this.people.clear();
        for (const person of message.people) this.people.set(person.id, person);
        break;
      case "said":
        this.#said(message, message.person.id === own);
        break;
      case "people":
        for (const person of message.here) this.people.set(person.id, person);
        for (const id of message.gone) {
          this.people.delete(id);
          this.typists.remove(id);
        }
        break;
      case "typing":
        if (message.person !== own) this.typists.add(message.person);
        break;
    }
  }

  #said(said: Said, isOwn: boolean): void {
    this.typists.remove(said.person.id);
    const isNew = this.timeline.add(said);
    if (isNew && !isOwn && this.state === "joined") this.unread++;
    // It comes again when it is in the common history after all: then the others get it, too.
    if (!isNew && isOwn) this.localOnly.delete(said.id);
  }

  /** The page is not in the room any more, as far as the server goes. */
  drop(): void {
    this.state = "out";
    this.typists.clear();
    this.outbox.reset();
  }
}
