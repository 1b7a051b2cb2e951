import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Connection, serve } from "@exws/server";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Channels, type Subscriber } from "../../src/index.ts";
import { turn } from "../support/fake-member.ts";
import { WsSubscriber } from "./ws-subscriber.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server of `ws` whose sockets join the channel "room". */
async function wsServer(
  channels: Channels<unknown, Subscriber>,
): Promise<{ url: string; joined: WsSubscriber[] }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  cleanups.push(() => server.close());
  const joined: WsSubscriber[] = [];
  server.on("connection", (socket) => {
    const member = new WsSubscriber(socket);
    joined.push(member);
    channels.join("room", member);
  });
  return { url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`, joined };
}

type Client = { socket: WebSocket; got: unknown[]; has: (count: number) => Promise<void> };

async function connect(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  cleanups.push(() => socket.terminate());
  const got: unknown[] = [];
  let check = () => {};
  socket.on("message", (data, isBinary) => {
    got.push(isBinary ? data : data.toString());
    check();
  });
  await once(socket, "open");
  const has = (count: number) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (got.length >= count) resolve();
      };
      check();
    });
  return { socket, got, has };
}

describe("sockets of ws in a channel", () => {
  test("get text and binary, are left out, and leave when they close", async () => {
    const channels = new Channels();
    const { url, joined } = await wsServer(channels);
    const [one, two] = [await connect(url), await connect(url)];
    while (channels.size("room") < 2) await turn();
    channels.broadcast("room", "gr\u00fc\u00dfe");
    channels.broadcast("room", Uint8Array.of(1, 2), { except: joined[0]! });
    await Promise.all([one.has(1), two.has(2)]);
    expect(one.got).toEqual(["gr\u00fc\u00dfe"]);
    expect(two.got).toEqual(["gr\u00fc\u00dfe", Buffer.from([1, 2])]);
    one.socket.close();
    while (channels.size("room") > 1) await turn();
    expect(channels.join("room", joined[0]!).status).toBe("closed");
    expect(channels.broadcast("room", "x")).toMatchObject({ sent: 1, closed: 0 });
  });

  test("come and go without piling up listeners", async () => {
    const channels = new Channels();
    const { url, joined } = await wsServer(channels);
    await connect(url);
    while (channels.size("room") < 1) await turn();
    const before = joined[0]!.socket.listenerCount("close");
    for (let i = 0; i < 50; i++) {
      channels.leave("room", joined[0]!);
      channels.join("room", joined[0]!);
    }
    expect(joined[0]!.socket.listenerCount("close")).toBe(before);
  });

  test("that stop reading are dropped at their bound", async () => {
    const channels = new Channels();
    const { url } = await wsServer(channels);
    const slow = await connect(url);
    while (channels.size("room") < 1) await turn();
    slow.socket.pause();
    const results = new Set<string>();
    const message = new Uint8Array(100_000);
    while (channels.size("room") > 0) {
      const { sent, queued, dropped } = channels.broadcast("room", message);
      results.add(`${sent}${queued}${dropped}`);
      await turn();
    }
    expect(results).toContain("010");
    expect(results).toContain("001");
  });

  test("share a channel with connections of @exws/server", async () => {
    const channels = new Channels();
    const { url } = await wsServer(channels);
    const server = await serve({
      port: 0,
      host: "127.0.0.1",
      handler: {
        open: (connection: Connection) => void channels.join("room", connection),
        message: (_, data) => void channels.broadcast("room", data),
      },
    });
    cleanups.push(() => server.close({ within: 500 }));
    const [one, two] = [await connect(url), await connect(server.url)];
    while (channels.size("room") < 2) await turn();
    two.socket.send("to both");
    await Promise.all([one.has(1), two.has(1)]);
    expect([one.got, two.got]).toEqual([["to both"], ["to both"]]);
  });

  test("are adapted by what the README shows, word for word", () => {
    const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
    const classOf = (source: string) => /class WsSubscriber[\s\S]*?\n}\n/.exec(source)![0];
    expect(classOf(read("../../README.md"))).toBe(classOf(read("ws-subscriber.ts")));
  });
});
