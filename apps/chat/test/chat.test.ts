import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import type { Person } from "../src/protocol/fields.ts";
import { type ChatServer, startChat } from "../src/server/start-chat.ts";
import { builtPage } from "./support/built-page.ts";
import { keyOf, Peer } from "./support/peer.ts";

let page: URL;
let server: ChatServer;

beforeAll(async () => {
  page = await builtPage();
  server = await startChat({ page });
});
afterAll(() => server.close(1_000));

let rooms = 0;
/** A room of this test alone. */
const newRoom = (): string => `room-${++rooms}`;

const nicks = (people: readonly Person[]): string[] => people.map(({ nick }) => nick);

test("what somebody says comes to everybody in the room, with who, when and where, and to itself", async () => {
  const room = newRoom();
  const paul = await Peer.join(server.url, "Paul", room);
  const chani = await Peer.join(server.url, "Chani", room);
  const stilgar = await Peer.join(server.url, "Stilgar", newRoom());
  const before = Date.now();
  paul.say({ type: "say", room, id: "m1", text: "hello <b>you</b>\nthere" });
  const said = await chani.next("said");
  expect(said).toMatchObject({ room, id: "m1", person: { nick: "Paul" }, text: "hello <b>you</b>\nthere" });
  expect(said.at).toBeGreaterThanOrEqual(before);
  expect(said.position.offset).toBe(1);
  expect(await paul.next("said")).toEqual(said);
  await stilgar.settled();
  expect(stilgar.all("said")).toEqual([]);
});

test("the id that others see is the same on every connection, and tells nothing of the key", async () => {
  const [one, two, other] = await Promise.all(
    ["Paul", "Paul", "Chani"].map((nick) => Peer.join(server.url, nick)),
  );
  const [a, b, c] = [one, two, other].map((peer) => peer!.all("welcome")[0]!.person);
  expect(a).toBe(b);
  expect(a).not.toBe(c);
  expect(a).not.toContain(keyOf("Paul"));
});

describe("presence", () => {
  test("who joins sees who is here, who is here sees who comes, changes and goes", async () => {
    const room = newRoom();
    const paul = await Peer.join(server.url, "Paul", room);
    const chani = await Peer.join(server.url, "Chani", room);
    expect(nicks(chani.all("joined")[0]!.people)).toEqual(["Paul", "Chani"]);
    const next = async (): Promise<unknown> => {
      const { here, gone } = await paul.next("people");
      return [nicks(here), gone];
    };
    expect(await next()).toEqual([["Paul"], []]);
    expect(await next()).toEqual([["Chani"], []]);
    chani.say({ type: "hello", key: keyOf("Chani"), nick: "Sihaya", colour: 7 });
    expect(await next()).toEqual([["Sihaya"], []]);
    chani.socket.close();
    expect(await next()).toEqual([[], [chani.all("welcome")[0]!.person]]);
  });

  test("somebody with two tabs is there once, until both are closed", async () => {
    const room = newRoom();
    const chani = await Peer.join(server.url, "Chani", room);
    const first = await Peer.join(server.url, "Paul", room);
    const second = await Peer.join(server.url, "Paul", room);
    expect(nicks(second.all("joined")[0]!.people)).toEqual(["Chani", "Paul"]);
    first.socket.close();
    await first.ended;
    second.say({ type: "say", room, id: "1", text: "still here" });
    await chani.next("said");
    expect(chani.all("people").flatMap(({ gone }) => gone)).toEqual([]);
    second.say({ type: "leave", room });
    await second.next("left");
    let gone: readonly string[] = [];
    while (gone.length === 0) ({ gone } = await chani.next("people"));
    expect(gone).toEqual([second.all("welcome")[0]!.person]);
  });
});

test("typing is shown to the others, and kept for nobody", async () => {
  const room = newRoom();
  const paul = await Peer.join(server.url, "Paul", room);
  const chani = await Peer.join(server.url, "Chani", room);
  paul.say({ type: "typing", room });
  expect((await chani.next("typing")).person).toBe(paul.all("welcome")[0]!.person);
  await paul.settled();
  expect(paul.all("typing")).toEqual([]);
  const late = await Peer.join(server.url, "Stilgar", room);
  await late.settled();
  expect(late.all("typing")).toEqual([]);
});

describe("history", () => {
  async function talk(peer: Peer, room: string, from: number, to: number): Promise<void> {
    for (let i = from; i <= to; i++) {
      peer.say({ type: "say", room, id: `${i}`, text: `${i}` });
      await peer.next("said");
    }
  }

  const texts = (peer: Peer): string[] => peer.all("said").map(({ text }) => text);

  test("who is new gets what is kept, then the news, without a hole", async () => {
    const room = newRoom();
    const paul = await Peer.join(server.url, "Paul", room);
    await talk(paul, room, 1, 3);
    const chani = await Peer.join(server.url, "Chani", room);
    await talk(paul, room, 4, 4);
    await chani.settled();
    expect(texts(chani)).toEqual(["1", "2", "3", "4"]);
    expect(chani.all("joined")[0]).toMatchObject({ recovered: null, position: { offset: 3 } });
  });

  test("who comes back gets just what it missed", async () => {
    const room = newRoom();
    const paul = await Peer.join(server.url, "Paul", room);
    await talk(paul, room, 1, 5);
    const since = paul.all("said")[2]!.position;
    const back = await Peer.join(server.url, "Chani");
    back.say({ type: "join", room, since });
    const { recovered, position } = await back.next("joined");
    expect([recovered, position?.offset, texts(back)]).toEqual([true, 5, ["4", "5"]]);
  });

  test("who comes back with a position of another history is told so, and gets what is kept", async () => {
    const room = newRoom();
    const paul = await Peer.join(server.url, "Paul", room);
    await talk(paul, room, 1, 2);
    const back = await Peer.join(server.url, "Chani");
    back.say({ type: "join", room, since: { epoch: "gone", offset: 1 } });
    expect([(await back.next("joined")).recovered, texts(back)]).toEqual([false, ["1", "2"]]);
  });

  test("of more than a hundred messages the last hundred are kept", async () => {
    const fast = await startChat({ page, rates: { says: { perSecond: 1_000, burst: 1_000 } } });
    const room = newRoom();
    // The server's own limit is on messages of one connection: these are of two.
    for (const [nick, from] of [
      ["Paul", 1],
      ["Chani", 71],
    ] as const) {
      await talk(await Peer.join(fast.url, nick, room), room, from, from + 69);
    }
    const late = await Peer.join(fast.url, "Stilgar", room);
    expect(texts(late)).toEqual(Array.from({ length: 100 }, (_, i) => `${i + 41}`));
    await fast.close(1_000);
  });
});

describe("what is wrong is answered by an error that says so, and nothing else happens", () => {
  test.each([
    ["no JSON", "{", { code: "bad-message" }],
    ["bytes", Uint8Array.of(1, 2), { code: "bad-message" }],
    ["an unknown type", { type: "dance" }, { code: "bad-message", field: "type" }],
    ["a wrong field", { type: "join", room: "A B" }, { code: "bad-message", field: "room" }],
    [
      "an empty text",
      { type: "say", room: "a", id: "x", text: "" },
      { code: "bad-message", field: "text", room: "a", id: "x" },
    ],
    [
      "a room that was not joined",
      { type: "say", room: "a", id: "x", text: "hi" },
      { code: "not-in-room", room: "a", id: "x" },
    ],
    ["typing elsewhere", { type: "typing", room: "a" }, { code: "not-in-room", room: "a" }],
    [
      "another key",
      { type: "hello", key: keyOf("Chani"), nick: "C", colour: 1 },
      { code: "bad-message", field: "key" },
    ],
  ])("%s", async (_, message, error) => {
    const paul = await Peer.join(server.url, "Paul");
    paul.say(message);
    expect(await paul.next("error")).toEqual({ type: "error", message: expect.any(String), ...error });
    await paul.settled();
    expect(paul.heard.map(({ type }) => type)).toEqual(["welcome", "error", "pong"]);
  });

  test("anything but a ping before hello", async () => {
    const peer = await Peer.open(server.url);
    peer.say({ type: "join", room: "a" });
    expect(await peer.next("error")).toMatchObject({ code: "hello-first" });
    await peer.settled();
  });

  test("more rooms than one may be in", async () => {
    const quick = await startChat({ page });
    const paul = await Peer.join(quick.url, "Paul", ...Array.from({ length: 20 }, (_, i) => `r${i}`));
    paul.say({ type: "join", room: "one-more" });
    expect(await paul.next("error")).toMatchObject({ code: "too-many-rooms", room: "one-more" });
    paul.say({ type: "leave", room: "r0" });
    paul.say({ type: "join", room: "one-more" });
    expect((await paul.next("joined")).room).toBe("one-more");
    await quick.close(1_000);
  });
});

describe("abuse", () => {
  test("who talks too fast is told when it may go on, and what it said meanwhile is not said", async () => {
    const slow = await startChat({ page, rates: { says: { perSecond: 0.1, burst: 2 } } });
    const paul = await Peer.join(slow.url, "Paul", "a");
    for (const id of ["1", "2", "3"]) paul.say({ type: "say", room: "a", id, text: id });
    const error = await paul.next("error");
    expect(error).toMatchObject({ code: "too-fast", room: "a", id: "3" });
    expect(error.retryAfter).toBeGreaterThan(9_000);
    expect(error.retryAfter).toBeLessThanOrEqual(10_000);
    expect(paul.all("said").map(({ id }) => id)).toEqual(["1", "2"]);
    await slow.close(1_000);
  });

  test("who waits as long as it is told may say as much as it likes", async () => {
    const quick = await startChat({ page, rates: { says: { perSecond: 50, burst: 1 } } });
    const paul = await Peer.join(quick.url, "Paul", "a");
    let refused = 0;
    for (let id = 0; id < 30; ) {
      paul.say({ type: "say", room: "a", id: `${id}`, text: "more" });
      const answer = await paul.next("said", "error");
      if (answer.type === "said") id++;
      else {
        expect(answer.code).toBe("too-fast");
        refused++;
        await setTimeout(answer.retryAfter);
      }
    }
    expect(refused).toBeGreaterThan(11);
    expect(paul.socket.readyState).toBe(WebSocket.OPEN);
    await quick.close(1_000);
  });

  test("who comes, goes and changes its name all the time has to wait", async () => {
    const slow = await startChat({ page, rates: { moves: { perSecond: 0.1, burst: 4 } } });
    const paul = await Peer.join(slow.url, "Paul", "a");
    paul.say({ type: "leave", room: "a" });
    paul.say({ type: "join", room: "a" });
    for (const message of [
      { type: "leave", room: "a" },
      { type: "join", room: "b" },
      { type: "hello", key: keyOf("Paul"), nick: "Usul", colour: 0 },
    ]) {
      paul.say(message);
      const { code, retryAfter } = await paul.next("error");
      expect([code, retryAfter! > 9_000]).toEqual(["too-fast", true]);
    }
    await slow.close(1_000);
  });

  test("typing all the time is passed on now and then", async () => {
    const paul = await Peer.join(server.url, "Paul", "typists");
    const chani = await Peer.join(server.url, "Chani", "typists");
    for (let i = 0; i < 50; i++) paul.say({ type: "typing", room: "typists" });
    await paul.settled();
    await chani.settled();
    expect(chani.all("typing").length).toBeGreaterThanOrEqual(5);
    expect(chani.all("typing").length).toBeLessThan(10);
  });

  test("who sends nothing but faults is out, with 1008", async () => {
    const peer = await Peer.open(server.url);
    for (let i = 0; i < 11; i++) peer.say("nonsense");
    expect(await peer.ended).toEqual({ code: 1008, reason: "too many faults" });
    expect(peer.all("error")).toHaveLength(11);
  });

  test("who does not say hello in time is out, with 1008; who has said it may be silent", async () => {
    const strict = await startChat({ page, helloTime: 200 });
    const paul = await Peer.join(strict.url, "Paul", "a");
    const silent = await Peer.open(strict.url);
    const gone = await Peer.open(strict.url);
    gone.socket.close();
    expect(await silent.ended).toEqual({ code: 1008, reason: "no hello" });
    await paul.settled();
    await strict.close(1_000);
  });

  test("a flood is out, with 1008, and a message that is longer than any may be, with 1009", async () => {
    const flood = await Peer.open(server.url);
    for (let i = 0; i < 200; i++) flood.say({ type: "ping" });
    expect((await flood.ended).code).toBe(1008);
    const long = await Peer.open(server.url);
    long.say(`{"type":"${"x".repeat(16_384)}"}`);
    expect((await long.ended).code).toBe(1009);
  });

  test("the longest text there can be is within the bounds, all of it escaped", async () => {
    const paul = await Peer.join(server.url, "Paul", "long");
    const text = "😀".repeat(1_000);
    const escaped = [...Array(text.length)].map((_, i) => `\\u${text.charCodeAt(i).toString(16)}`).join("");
    paul.say(`{"type":"say","room":"long","id":"1","text":"${escaped}"}`);
    expect((await paul.next("said")).text).toBe(text);
  });

  test("noise of all kinds stops nobody", async () => {
    const room = newRoom();
    const paul = await Peer.join(server.url, "Paul", room);
    const alphabet = [
      '{"type":',
      '"say"',
      '"join"',
      '"room":',
      '"a"',
      "null",
      "[",
      "]",
      "}",
      ",",
      "1e9",
      "\\u0000",
    ];
    for (let run = 0; run < 20; run++) {
      const noise = await Peer.open(server.url);
      for (let i = 0; i < 10; i++) {
        const parts = Array.from(
          { length: 6 },
          (_, j) => alphabet[(run * 7 + i * 5 + j * j) % alphabet.length],
        );
        noise.say(parts.join(""));
      }
      await noise.settled();
      expect(noise.all("error")).toHaveLength(10);
      noise.socket.terminate();
    }
    paul.say({ type: "say", room, id: "1", text: "calm" });
    expect((await paul.next("said")).text).toBe("calm");
  });
});

describe("plain HTTP", () => {
  const get = (path: string): Promise<Response> => fetch(`${server.url.replace("ws", "http")}${path}`);

  test("/ is the page, with a policy that lets nothing foreign in and makes no HTML of text", async () => {
    const response = await get("/");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy")!;
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).toContain("<title>exws chat</title>");
  });

  test.each([
    ["/main.js", "text/javascript; charset=utf-8"],
    ["/page.css", "text/css; charset=utf-8"],
    ["/look.css", "text/css; charset=utf-8"],
    ["/icon.svg", "image/svg+xml"],
  ])("%s is %s", async (path, type) => {
    expect((await get(path)).headers.get("content-type")).toBe(type);
  });

  test.each(["/nothing", "/index.html", "/main.ts", "/..%2fmain.js", "/__proto__"])(
    "%s is 404",
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

test("a page of another site may not connect", async () => {
  const socket = new WebSocket(server.url, { origin: "https://elsewhere.example" });
  const [error] = await once(socket, "error").catch((error: unknown) => [error]);
  expect(String(error)).toContain("403");
});

test("closing says 1001 to everybody", async () => {
  const short = await startChat({ page });
  const peers = await Promise.all(["Paul", "Chani"].map((nick) => Peer.join(short.url, nick, "a")));
  await short.close();
  expect(await Promise.all(peers.map(({ ended }) => ended))).toEqual(
    Array(2).fill({ code: 1001, reason: "" }),
  );
});
