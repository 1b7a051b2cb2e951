import { beforeEach, describe, expect, test } from "vitest";
import { ChatClient } from "../src/client/chat-client.ts";
import type { Unsent } from "../src/client/outbox.ts";
import type { Room } from "../src/client/room.ts";
import { FakeSocket } from "./support/fake-socket.ts";
import { FakeWorld } from "./support/fake-world.ts";

const paul = { id: "paul", nick: "Paul", colour: 0 };
const chani = { id: "chani", nick: "Chani", colour: 1 };
const identity = { key: "k".repeat(20), nick: "Paul", colour: 0 };
const joined = {
  type: "joined",
  room: "sietch",
  recovered: null,
  position: { epoch: "e", offset: 0 },
  people: [paul],
};

let world: FakeWorld;
let sockets: FakeSocket[];
let client: ChatClient;
let room: Room;
let kept: Map<string, readonly Unsent[]>;

const server = (): FakeSocket => sockets.at(-1)!;

/** What the client has sent on its latest socket, of one type. */
const sent = (type: string): Record<string, unknown>[] =>
  (server().sent as Record<string, unknown>[]).filter((message) => message["type"] === type);

function said(offset: number, id: string, person: object = paul): object {
  const position = { epoch: "e", offset };
  return { type: "said", room: "sietch", id, person, text: `text ${id}`, at: 1, position };
}

function newClient(): ChatClient {
  return new ChatClient({
    open: () => {
      sockets.push(new FakeSocket());
      return server();
    },
    identity,
    world,
    store: { load: (name) => kept.get(name) ?? [], save: (name, unsent) => void kept.set(name, unsent) },
    changed: () => {},
  });
}

function comeIn(answer: object = joined): void {
  server().open();
  server().hear({ type: "welcome", person: "paul", server: "s1", cluster: "alone" });
  server().hear(answer);
}

beforeEach(() => {
  world = new FakeWorld();
  sockets = [];
  kept = new Map();
  client = newClient();
  room = client.enter("sietch");
  client.link.connect();
});

test("it says hello, then joins its rooms", () => {
  server().open();
  expect(server().sent).toEqual([
    { type: "hello", ...identity },
    { type: "join", room: "sietch" },
  ]);
});

test("a room that is entered later is joined at once, one that is left is not joined again", () => {
  comeIn();
  client.enter("cave");
  client.leave("sietch");
  expect(sent("join").at(-1)).toEqual({ type: "join", room: "cave" });
  expect(sent("leave")).toEqual([{ type: "leave", room: "sietch" }]);
  server().end();
  world.pass(500);
  server().open();
  expect(sent("join")).toEqual([{ type: "join", room: "cave" }]);
});

test("it comes back with the position of the last message that it has", () => {
  comeIn();
  server().hear(said(1, "a", chani));
  server().hear(said(2, "b", chani));
  server().end();
  world.pass(500);
  server().open();
  expect(sent("join")).toEqual([{ type: "join", room: "sietch", since: { epoch: "e", offset: 2 } }]);
});

test("a room that it may not join yet is joined when it may", () => {
  server().open();
  server().hear({ type: "error", code: "too-fast", message: "", room: "sietch", retryAfter: 400 });
  world.pass(399);
  expect(sent("join")).toHaveLength(1);
  world.pass(1);
  expect(sent("join")).toHaveLength(2);
  expect(client.refusal).toBe("");
});

describe("saying something", () => {
  test("goes one by one: the next when the room has said the one before", () => {
    comeIn();
    client.say(room, "one");
    client.say(room, "two");
    expect(sent("say")).toEqual([{ type: "say", room: "sietch", id: expect.any(String), text: "one" }]);
    server().hear(said(1, `${sent("say")[0]!["id"]}`));
    expect(sent("say").map(({ text }) => text)).toEqual(["one", "two"]);
    server().hear(said(2, `${sent("say")[1]!["id"]}`));
    expect([room.outbox.entries, room.timeline.messages.length]).toEqual([[], 2]);
  });

  test("without a connection is kept until the room is joined again", () => {
    client.say(room, "early");
    server().open();
    expect(sent("say")).toEqual([]);
    server().hear({ type: "welcome", person: "paul", server: "s1", cluster: "alone" });
    server().hear(joined);
    expect(sent("say").map(({ text }) => text)).toEqual(["early"]);
  });

  test("is sent again with the same id when the connection broke and the replay does not have it", () => {
    comeIn();
    client.say(room, "lost?");
    const [{ id } = {}] = sent("say");
    server().end();
    expect(room.outbox.entries).toMatchObject([{ id, state: "waiting" }]);
    world.pass(500);
    comeIn({ ...joined, recovered: true });
    expect(sent("say")).toMatchObject([{ id, text: "lost?" }]);
  });

  test("is not sent again when the replay has it", () => {
    comeIn();
    client.say(room, "arrived");
    const id = `${sent("say")[0]!["id"]}`;
    server().end();
    world.pass(500);
    server().open();
    server().hear({ type: "welcome", person: "paul", server: "s2", cluster: "alone" });
    server().hear(said(1, id));
    server().hear({ ...joined, recovered: true });
    expect([sent("say"), room.outbox.entries]).toEqual([[], []]);
    expect(room.timeline.messages.map((message) => message.id)).toEqual([id]);
  });

  test("is sent again when the answer is overdue", () => {
    comeIn();
    client.say(room, "hm");
    world.pass(14_999);
    server().hear({ type: "pong" });
    expect(sent("say")).toHaveLength(1);
    world.pass(1);
    expect(sent("say")).toHaveLength(2);
    expect(sent("say")[0]).toEqual(sent("say")[1]);
  });

  test("too fast waits as long as the server wants", () => {
    comeIn();
    client.say(room, "hm");
    const { id } = sent("say")[0]!;
    server().hear({ type: "error", code: "too-fast", message: "", room: "sietch", id, retryAfter: 700 });
    world.pass(699);
    expect(sent("say")).toHaveLength(1);
    world.pass(1);
    expect(sent("say")).toHaveLength(2);
  });

  test("what the server will not have is kept and marked, and can be tried again or given up", () => {
    comeIn();
    client.say(room, "bad");
    client.say(room, "good");
    const id = `${sent("say")[0]!["id"]}`;
    server().hear({ type: "error", code: "bad-message", message: "no", room: "sietch", id });
    expect(room.outbox.entries).toMatchObject([{ state: "refused", reason: "no" }, { state: "sent" }]);
    server().hear(said(1, `${sent("say")[1]!["id"]}`));
    client.retry(room, id);
    expect(sent("say").at(-1)).toMatchObject({ id });
    server().hear({ type: "error", code: "bad-message", message: "no", room: "sietch", id });
    client.discard(room, id);
    expect(room.outbox.entries).toEqual([]);
  });

  test("survives the page: what was kept is sent by the next one", () => {
    client.say(room, "kept");
    const [{ id } = { id: "" }] = room.outbox.entries;
    client = newClient();
    room = client.enter("sietch");
    client.link.connect();
    comeIn();
    expect(sent("say")).toMatchObject([{ id, text: "kept" }]);
  });

  test("in a room that the server does not have us in joins it first", () => {
    comeIn();
    client.say(room, "hm");
    const { id } = sent("say")[0]!;
    server().hear({ type: "error", code: "not-in-room", message: "", room: "sietch", id });
    expect(sent("join")).toHaveLength(2);
    server().hear(joined);
    expect(sent("say")).toHaveLength(2);
  });
});

describe("others", () => {
  test("come, change and go", () => {
    comeIn();
    server().hear({ type: "people", room: "sietch", here: [chani], gone: [] });
    server().hear({ type: "people", room: "sietch", here: [{ ...chani, nick: "Sihaya" }], gone: [] });
    expect([...room.people.values()].map(({ nick }) => nick)).toEqual(["Paul", "Sihaya"]);
    server().hear({ type: "people", room: "sietch", here: [], gone: ["chani"] });
    expect([...room.people.keys()]).toEqual(["paul"]);
  });

  test("are typing until they have said it; the own other tab is not shown", () => {
    comeIn();
    server().hear({ type: "typing", room: "sietch", person: "chani" });
    server().hear({ type: "typing", room: "sietch", person: "paul" });
    expect(room.typists.ids).toEqual(["chani"]);
    server().hear(said(1, "a", chani));
    expect(room.typists.ids).toEqual([]);
  });

  test("are told now and then that somebody is typing, not at each key", () => {
    comeIn();
    client.type(room);
    client.type(room);
    world.pass(2_500);
    client.type(room);
    expect(sent("typing")).toHaveLength(2);
  });

  test("make messages unread, those of the past do not", () => {
    server().open();
    server().hear({ type: "welcome", person: "paul", server: "s1", cluster: "alone" });
    server().hear(said(1, "old", chani));
    server().hear(joined);
    server().hear(said(2, "new", chani));
    server().hear(said(3, "own"));
    expect(room.unread).toBe(1);
  });
});

test("messages of a newer server, or of none, are passed over", () => {
  comeIn();
  for (const message of ["{", "{}", '{"type":"dance"}', '{"type":"said"}']) server().hear(message);
  server().hear({ type: "people", room: "elsewhere", here: [], gone: [] });
  expect(client.link.state.name).toBe("open");
});

test("a new name is told at once, and at each connection", () => {
  comeIn();
  client.rename("Muad'Dib", 3);
  expect(sent("hello").at(-1)).toEqual({ type: "hello", key: identity.key, nick: "Muad'Dib", colour: 3 });
  server().end();
  world.pass(500);
  server().open();
  expect(sent("hello")).toMatchObject([{ nick: "Muad'Dib" }]);
});

test("whether the servers hear each other is known, and which messages others may not have", () => {
  comeIn();
  server().hear({ type: "cluster", state: "down" });
  server().hear({ type: "error", code: "not-passed-on", message: "", room: "sietch", id: "x" });
  expect([client.cluster, [...room.localOnly]]).toEqual(["down", ["x"]]);
});

test("a message that the others get after all is not said to be known here alone any more", () => {
  comeIn();
  server().hear({ ...said(1, "x"), position: { epoch: "local", offset: 1 } });
  server().hear({ type: "error", code: "not-passed-on", message: "", room: "sietch", id: "x" });
  expect([...room.localOnly]).toEqual(["x"]);
  server().hear(said(1, "x"));
  expect([[...room.localOnly], room.timeline.messages.length]).toEqual([[], 1]);
});
