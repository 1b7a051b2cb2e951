import { randomBytes } from "node:crypto";
import type { JoinResult } from "@exws/channels";
import { type Connection, defineHandler, type Handler } from "@exws/server";
import { BadMessage } from "../protocol/fields.ts";
import { type FromClient, parseFromClient } from "../protocol/from-client.ts";
import type { ClusterState, ErrorMessage, FromServer } from "../protocol/from-server.ts";
import { personIdOf } from "./person-id.ts";
import { keptMessages, type Rooms, roomId } from "./rooms.ts";
import { type Rates, Visitor } from "./visitor.ts";

type Peer = Connection<Visitor>;

type Of<Type extends FromClient["type"]> = Extract<FromClient, { type: Type }>;

/** How long a join may wait for other servers before the client is told what is known here, in milliseconds. */
const joinTime = 2_000;

/** What clients may ask of a server, and its answers. Nothing that they send throws: it is answered by an error. */
export class Chat {
  /** For `serve`. */
  readonly handler: Handler<Visitor>;
  /** What the page calls this server: another for each process. */
  readonly name: string = randomBytes(2).toString("hex");
  readonly #rooms: Rooms;
  /** All who have said hello. */
  readonly #peers = new Set<Peer>();
  #cluster: ClusterState = "alone";

  /** Who has not said hello `helloTime` ms after it came is out. */
  constructor(rooms: Rooms, rates: Rates, helloTime: number) {
    this.#rooms = rooms;
    this.handler = defineHandler({
      init: () => new Visitor(rates, performance.now()),
      open(connection) {
        connection.state.deadline = setTimeout(() => connection.close(1008, "no hello"), helloTime);
      },
      message: (connection, data) => this.#hear(connection, parseFromClient(data)),
      closed: (connection) => {
        clearTimeout(connection.state.deadline);
        this.#peers.delete(connection);
      },
    });
  }

  /** Tells everybody whether the other servers are heard. */
  setCluster(state: ClusterState): void {
    if (state === this.#cluster) return;
    this.#cluster = state;
    for (const connection of this.#peers) tell(connection, { type: "cluster", state });
  }

  #hear(connection: Peer, message: FromClient | BadMessage): void {
    if (message instanceof BadMessage) {
      const { field, about } = message;
      const place = field === "" ? about : { field, ...about };
      this.#refuse(connection, { code: "bad-message", message: message.message, ...place });
    } else if (message.type === "ping") tell(connection, { type: "pong" });
    else if (message.type !== "hello" && connection.state.person === undefined) {
      this.#refuse(connection, { code: "hello-first", message: "Say hello first" });
    } else if (message.type === "hello" || message.type === "join" || message.type === "leave") {
      this.#move(connection, message);
    } else if (this.#rooms.has(roomId(message.room), connection)) this.#talk(connection, message);
    else
      this.#refuse(connection, { ...aboutOf(message), code: "not-in-room", message: "Join the room first" });
  }

  #move(connection: Peer, message: Of<"hello"> | Of<"join"> | Of<"leave">): void {
    const retryAfter = connection.state.moves.take(performance.now());
    if (retryAfter > 0) {
      const place = message.type === "hello" ? {} : { room: message.room };
      tell(connection, { type: "error", code: "too-fast", ...place, retryAfter, message: "Not so fast" });
    } else if (message.type === "hello") this.#hello(connection, message);
    else if (message.type === "join") this.#join(connection, message);
    else this.#leave(connection, message);
  }

  #hello(connection: Peer, { key, nick, colour }: Of<"hello">): void {
    const { state } = connection;
    const person = { id: personIdOf(key), nick, colour };
    // Who is somebody else from now on would leave the people of its rooms as a ghost of itself: that is another connection.
    if (state.person !== undefined && state.person.id !== person.id) {
      this.#refuse(connection, { code: "bad-message", field: "key", message: "The key stays the same" });
      return;
    }
    state.person = person;
    clearTimeout(state.deadline);
    this.#peers.add(connection);
    for (const id of this.#rooms.channelsOf(connection)) {
      this.#rooms.join(id, connection, person, { replace: true });
    }
    tell(connection, { type: "welcome", person: person.id, server: this.name, cluster: this.#cluster });
  }

  #join(connection: Peer, { room, since }: Of<"join">): void {
    const result = this.#rooms.join(roomId(room), connection, connection.state.person, { since });
    if (result.status === "full") {
      this.#refuse(connection, { code: "too-many-rooms", room, message: "You are in too many rooms" });
      return;
    }
    if (result.status === "closed") return;
    this.#receive(connection, room, result).catch((error: unknown) => {
      console.error("exws-chat:", error);
      connection.close(1011);
    });
  }

  /** Gives who has joined what it has not, and tells it who is here. */
  async #receive(connection: Peer, room: string, result: JoinResult): Promise<void> {
    const settled = await within(result.done, joinTime);
    await this.#catchUp(connection, room, settled);
    if (settled === undefined) await this.#catchUp(connection, room, await result.done);
  }

  async #catchUp(connection: Peer, room: string, result: JoinResult | undefined): Promise<void> {
    const id = roomId(room);
    const position = result?.position;
    if (position !== undefined && result?.recovered !== true) {
      for (const message of (await within(keptMessages(this.#rooms, id), joinTime)) ?? []) {
        connection.write(message);
      }
    }
    if (!this.#rooms.has(id, connection)) return;
    tell(connection, {
      type: "joined",
      room,
      recovered: result?.recovered ?? null,
      position: position ?? null,
      people: this.#rooms.presence(id).flatMap(({ meta }) => meta ?? []),
    });
  }

  #leave(connection: Peer, { room }: Of<"leave">): void {
    this.#rooms.leave(roomId(room), connection);
    tell(connection, { type: "left", room });
  }

  #talk(connection: Peer, message: Of<"say"> | Of<"typing">): void {
    const { person, says, typings } = connection.state;
    const now = performance.now();
    const { room } = message;
    if (message.type === "typing") {
      if (typings.take(now) > 0) return;
      const typing = JSON.stringify({ type: "typing", room, person: person!.id } satisfies FromServer);
      this.#rooms.broadcast(roomId(room), typing, { except: connection, history: false });
      return;
    }
    const { id, text } = message;
    const retryAfter = says.take(now);
    if (retryAfter > 0) {
      tell(connection, { type: "error", code: "too-fast", room, id, retryAfter, message: "Not so fast" });
      return;
    }
    // The position is put in when it is known. Who sent it gets it, too: that is how it knows.
    const said = JSON.stringify({ type: "said", room, id, person, text, at: Date.now() });
    const { published } = this.#rooms.broadcast(roomId(room), said);
    void published.then(({ ok }) => {
      if (ok) return;
      const note = "The other servers could not be told";
      tell(connection, { type: "error", code: "not-passed-on", room, id, message: note });
    });
  }

  #refuse(connection: Peer, error: Omit<ErrorMessage, "type">): void {
    tell(connection, { type: "error", ...error });
    if (connection.state.faults.take(performance.now()) > 0) connection.close(1008, "too many faults");
  }
}

function tell(connection: Peer, message: FromServer): void {
  connection.write(JSON.stringify(message));
}

/** What an error says of the message that it is about. */
function aboutOf(message: Of<"say"> | Of<"typing">): { room: string; id?: string } {
  return message.type === "say" ? { room: message.room, id: message.id } : { room: message.room };
}

/** What a promise resolves with, or undefined when it takes longer. */
async function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
