import { BadMessage } from "../protocol/fields.ts";
import type { FromClient } from "../protocol/from-client.ts";
import {
  type ClusterState,
  type ErrorMessage,
  type FromServer,
  parseFromServer,
} from "../protocol/from-server.ts";
import { Dispatch } from "./dispatch.ts";
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
};

/** Everything that the page knows and does, without the page. */
export class ChatClient {
  readonly link: Link;
  /** The own id, as others see it; empty before the server has said it. */
  person = "";
  /** What the server is called. */
  server = "";
  cluster: ClusterState = "alone";
  /** What the server refused last, when that is about no message. */
  refusal = "";
  readonly #options: ChatClientOptions;
  readonly #dispatches = new Map<string, Dispatch>();
  #identity: Identity;
  #said = 0;

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.link = new Link(options.open, JSON.stringify({ type: "ping" } satisfies FromClient), options.world, {
      state: (state) => this.#onLink(state),
      message: (data) => this.#onMessage(parseFromServer(data)),
    });
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** The rooms that this page is in, or wants to be, in the order in which they were entered. */
  get rooms(): readonly Room[] {
    return [...this.#dispatches.values()].map(({ room }) => room);
  }

  /** The room that is called so, if this page is in it. */
  room(name: string): Room | undefined {
    return this.#dispatches.get(name)?.room;
  }

  /** Wants to be called otherwise. */
  rename(nick: string, colour: number): void {
    this.#identity = { key: this.#identity.key, nick, colour };
    this.#send({ type: "hello", ...this.#identity });
    this.#options.changed();
  }

  /** Goes into a room, now and whenever the connection comes back. */
  enter(name: string): Room {
    const known = this.room(name);
    if (known !== undefined) return known;
    const { world, store, changed } = this.#options;
    const room = new Room(name, store.load(name), world, changed);
    const dispatch = new Dispatch({
      room,
      world,
      changed,
      send: (message) => this.#send(message),
      save: ({ outbox }) => store.save(name, outbox.entries),
      join: () => this.#join(room),
    });
    this.#dispatches.set(name, dispatch);
    this.#join(room);
    changed();
    return room;
  }

  /** Goes out of a room. */
  leave(name: string): void {
    const dispatch = this.#dispatches.get(name);
    if (dispatch === undefined) return;
    this.#drop(dispatch);
    this.#dispatches.delete(name);
    this.#send({ type: "leave", room: name });
    this.#options.changed();
  }

  /** Says something in a room: at once, or when that is possible. */
  say(room: Room, text: string): void {
    room.outbox.add(this.#newId(), text, this.#options.world.now());
    const dispatch = this.#dispatches.get(room.name);
    dispatch?.typed();
    dispatch?.flush();
    this.#options.changed();
  }

  /** Sends a message again that was refused. */
  retry(room: Room, id: string): void {
    room.outbox.retry(id);
    this.#dispatches.get(room.name)?.flush();
    this.#options.changed();
  }

  /** Gives a message up that has not been sent. */
  discard(room: Room, id: string): void {
    room.outbox.discard(id);
    this.#options.store.save(room.name, room.outbox.entries);
    this.#options.changed();
  }

  /** Somebody is typing in a room. */
  type(room: Room): void {
    this.#dispatches.get(room.name)?.type();
  }

  #onLink(state: LinkState): void {
    if (state.name === "open") {
      this.refusal = "";
      this.#send({ type: "hello", ...this.#identity });
      for (const room of this.rooms) this.#join(room);
    } else for (const dispatch of this.#dispatches.values()) this.#drop(dispatch);
    this.#options.changed();
  }

  #join(room: Room): void {
    const since = room.timeline.position;
    const sent = this.#send({ type: "join", room: room.name, ...(since !== undefined && { since }) });
    if (sent) room.state = "joining";
  }

  #drop(dispatch: Dispatch): void {
    dispatch.stop();
    dispatch.room.drop();
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
      const dispatch = this.#dispatches.get(message.room);
      dispatch?.room.hear(message, this.person);
      if (message.type === "joined") dispatch?.flush();
      if (message.type === "said" && message.person.id === this.person) dispatch?.acknowledge(message.id);
    }
    this.#options.changed();
  }

  #onError(error: ErrorMessage): void {
    const dispatch = error.room === undefined ? undefined : this.#dispatches.get(error.room);
    if (dispatch !== undefined && error.id !== undefined) dispatch.refused(error.id, error);
    else if (dispatch !== undefined && error.code === "too-fast") dispatch.refusedToJoin(error);
    else this.refusal = error.message;
  }

  #send(message: FromClient): boolean {
    return this.link.send(JSON.stringify(message));
  }

  /** An id that no other message of this person has, in other tabs either. */
  #newId(): string {
    const { world } = this.#options;
    const chance = Math.floor(world.random() * 2 ** 40).toString(36);
    return `${world.now().toString(36)}-${chance}-${(this.#said++).toString(36)}`;
  }
}
