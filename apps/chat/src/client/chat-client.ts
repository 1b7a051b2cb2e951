import { BadMessage } from "../protocol/fields.ts";
import type { FromClient } from "../protocol/from-client.ts";
import {
  type ClusterState,
  type ErrorMessage,
  type FromServer,
  parseFromServer,
  type Said,
} from "../protocol/from-server.ts";
import { Link, type LinkState, type Socket } from "./link.ts";
import type { Unsent } from "./outbox.ts";
import { Room } from "./room.ts";
import type { World } from "./world.ts";

/** Who somebody wants to be. The key is a secret between its pages and the server. */
export type Identity = { readonly key: string; readonly nick: string; readonly colour: number };

/** Keeps what is not sent yet, should the page be loaded again. */
export type UnsentStore = {
  load(room: string): readonly Unsent[];
  save(room: string, unsent: readonly Unsent[]): void;
};

/** What a client is made of. */
export type ChatClientOptions = {
  /** Makes a new socket to the server. */
  open: () => Socket;
  identity: Identity;
  world: World;
  store: UnsentStore;
  /** Something is to be shown otherwise. */
  changed: () => void;
  /** Somebody else has said something now (not: long ago). */
  heard?: (said: Said) => void;
};

/** How long a message may be on its way before it is sent again. */
const answerTime = 15_000;
/** How often others are told that somebody is typing. */
const typingPause = 2_500;

/** Everything that the page knows and does, without the page. */
export class ChatClient {
  readonly rooms: Map<string, Room> = new Map();
  readonly link: Link;
  /** The own id, as others see it; empty before the server has said it. */
  person = "";
  /** What the server is called. */
  server = "";
  cluster: ClusterState = "alone";
  /** What the server refused last, when that is about no message. */
  refusal = "";
  readonly #world: World;
  readonly #store: UnsentStore;
  readonly #changed: () => void;
  readonly #heard: (said: Said) => void;
  #identity: Identity;
  #said = 0;

  constructor({ open, identity, world, store, changed, heard = () => {} }: ChatClientOptions) {
    this.#identity = identity;
    this.#world = world;
    this.#store = store;
    this.#changed = changed;
    this.#heard = heard;
    this.link = new Link(open, JSON.stringify({ type: "ping" } satisfies FromClient), world, {
      state: (state) => this.#onLink(state),
      message: (data) => this.#onMessage(parseFromServer(data)),
    });
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Wants to be called otherwise. */
  rename(nick: string, colour: number): void {
    this.#identity = { key: this.#identity.key, nick, colour };
    this.#send({ type: "hello", ...this.#identity });
    this.#changed();
  }

  /** Goes into a room, now and whenever the connection comes back. */
  enter(name: string): Room {
    let room = this.rooms.get(name);
    if (room === undefined) {
      room = new Room(name, this.#store.load(name), this.#world, this.#changed);
      this.rooms.set(name, room);
      this.#join(room);
      this.#changed();
    }
    return room;
  }

  /** Goes out of a room. */
  leave(name: string): void {
    const room = this.rooms.get(name);
    if (room === undefined) return;
    this.#drop(room);
    this.rooms.delete(name);
    this.#send({ type: "leave", room: name });
    this.#changed();
  }

  /** Says something in a room: at once, or when that is possible. */
  say(room: Room, text: string): void {
    room.outbox.add(this.#newId(), text, this.#world.now());
    room.typedAt = Number.NEGATIVE_INFINITY;
    this.#flush(room);
    this.#changed();
  }

  /** Sends a message again that was refused. */
  retry(room: Room, id: string): void {
    room.outbox.retry(id);
    this.#flush(room);
    this.#changed();
  }

  /** Gives a message up that has not been sent. */
  discard(room: Room, id: string): void {
    room.outbox.discard(id);
    this.#store.save(room.name, room.outbox.entries);
    this.#changed();
  }

  /** Somebody is typing here; others are told now and then. */
  type(room: Room): void {
    const now = this.#world.now();
    if (room.state !== "joined" || now - room.typedAt < typingPause) return;
    room.typedAt = now;
    this.#send({ type: "typing", room: room.name });
  }

  #onLink(state: LinkState): void {
    if (state.name === "open") {
      this.refusal = "";
      this.#send({ type: "hello", ...this.#identity });
      for (const room of this.rooms.values()) this.#join(room);
    } else for (const room of this.rooms.values()) this.#drop(room);
    this.#changed();
  }

  #join(room: Room): void {
    const since = room.timeline.position;
    const sent = this.#send({ type: "join", room: room.name, ...(since !== undefined && { since }) });
    if (sent) room.state = "joining";
  }

  /** The page is not in the room any more, as far as the server goes. */
  #drop(room: Room): void {
    room.state = "out";
    room.typists.clear();
    room.outbox.reset();
    this.#world.clearTimer(room.timer);
  }

  #onMessage(message: FromServer | BadMessage): void {
    // A page that is older than its server passes over what it does not know.
    if (message instanceof BadMessage || message.type === "pong") return;
    if (message.type === "welcome") {
      this.person = message.person;
      this.server = message.server;
      this.cluster = message.cluster;
    } else if (message.type === "cluster") this.cluster = message.state;
    else if (message.type === "error") this.#onError(message);
    else {
      const room = this.rooms.get(message.room);
      if (room !== undefined) this.#onRoom(room, message);
    }
    this.#changed();
  }

  #onRoom(room: Room, message: Extract<FromServer, { room: string }>): void {
    switch (message.type) {
      case "joined":
        this.#onJoined(room, message);
        break;
      case "said":
        this.#onSaid(room, message);
        break;
      case "people":
        for (const person of message.here) room.people.set(person.id, person);
        for (const id of message.gone) {
          room.people.delete(id);
          room.typists.remove(id);
        }
        break;
      case "typing":
        if (message.person !== this.person) room.typists.add(message.person);
        break;
    }
  }

  #onJoined(room: Room, { position, people, recovered }: Extract<FromServer, { type: "joined" }>): void {
    room.state = "joined";
    room.recovered = recovered;
    if (position !== null) room.timeline.advance(position);
    room.people.clear();
    for (const person of people) room.people.set(person.id, person);
    this.#flush(room);
  }

  #onSaid(room: Room, said: Said): void {
    room.typists.remove(said.person.id);
    const own = said.person.id === this.person;
    if (own && room.outbox.acknowledge(said.id)) this.#flush(room);
    if (!room.timeline.add(said) || own || room.state !== "joined") return;
    room.unread++;
    this.#heard(said);
  }

  #onError(error: ErrorMessage): void {
    const room = error.room === undefined ? undefined : this.rooms.get(error.room);
    if (room === undefined || error.id === undefined) {
      this.refusal = error.message;
      return;
    }
    switch (error.code) {
      case "not-passed-on":
        room.localOnly.add(error.id);
        break;
      case "too-fast":
        room.outbox.reset();
        this.#after(room, error.retryAfter ?? 1_000);
        break;
      case "not-in-room":
        room.outbox.reset();
        this.#join(room);
        break;
      default:
        room.outbox.refuse(error.id, error.message);
        this.#flush(room);
    }
  }

  /** Sends what waits, one message after the other: the next when this one has come back. */
  #flush(room: Room): void {
    if (room.state === "joined") {
      const next = room.outbox.take();
      if (next !== undefined) {
        this.#send({ type: "say", room: room.name, id: next.id, text: next.text });
        this.#after(room, answerTime);
      }
    }
    this.#store.save(room.name, room.outbox.entries);
  }

  #after(room: Room, milliseconds: number): void {
    this.#world.clearTimer(room.timer);
    room.timer = this.#world.setTimer(() => {
      room.outbox.reset();
      this.#flush(room);
      this.#changed();
    }, milliseconds);
  }

  #send(message: FromClient): boolean {
    return this.link.send(JSON.stringify(message));
  }

  /** An id that no other message of this person has, in other tabs either. */
  #newId(): string {
    const chance = Math.floor(this.#world.random() * 2 ** 40).toString(36);
    return `${this.#world.now().toString(36)}-${chance}-${(this.#said++).toString(36)}`;
  }
}
