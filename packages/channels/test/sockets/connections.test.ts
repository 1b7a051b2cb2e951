import type { Duplex } from "node:stream";
import { permessageDeflate } from "@exws/deflate";
import { type Connection, reject } from "@exws/server";
import { describe, expect, test, vi } from "vitest";
import { turn } from "../support/fake-member.ts";
import { NetClient } from "./net-client.ts";
import { startRoom } from "./room.ts";

/** The chunks that each connection's socket is given from now on. */
function writesOf(connections: readonly Connection[]): Uint8Array[][] {
  return connections.map(({ socket }) => {
    const chunks: Uint8Array[] = [];
    const write = socket.write;
    vi.spyOn(socket, "write").mockImplementation(function (this: Duplex, ...args: unknown[]) {
      const chunk = args[0] as Uint8Array;
      if (chunk.length > 0) chunks.push(chunk);
      return Reflect.apply(write, this, args);
    });
    return chunks;
  });
}

describe("connections of @exws/server in a channel", () => {
  test("get what is broadcast, and leave when they close", async () => {
    const { channels, open } = bound(await startRoom());
    const [one, two] = (await open(2)) as [NetClient, NetClient];
    expect(channels.broadcast("room", "gr\u00fc\u00dfe")).toMatchObject({ sent: 2 });
    await Promise.all([one.has(1), two.has(1)]);
    expect([one.messages, two.messages]).toEqual([["gr\u00fc\u00dfe"], ["gr\u00fc\u00dfe"]]);
    one.socket.resetAndDestroy();
    while (channels.size("room") === 2) await turn();
    expect(channels.broadcast("room", "2")).toMatchObject({ sent: 1, closed: 0 });
    await two.has(2);
  });

  test("are out as soon as their closing begins, from either end", async () => {
    const { channels, connections, open } = bound(await startRoom());
    const [, two] = await open(2);
    connections[0]!.close(4000);
    expect(channels.has("room", connections[0]!)).toBe(false);
    expect(channels.join("room", connections[0]!).status).toBe("closed");
    two!.socket.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
    while (channels.size("room") > 0) await turn();
    expect([...channels.ids()]).toEqual([]);
  });

  test("have left before the handler's closed, which may say goodbye", async () => {
    const seen: boolean[] = [];
    const room = await startRoom({
      handler: {
        open: (connection: Connection) => void room.channels.join("room", connection),
        message() {},
        closed(connection: Connection) {
          seen.push(room.channels.has("room", connection));
          room.channels.broadcast("room", "goodbye");
        },
      },
    });
    const [one, two] = await room.open(2);
    one!.socket.resetAndDestroy();
    await two!.has(1);
    expect([seen, two!.messages]).toEqual([[false], ["goodbye"]]);
  });

  test("that joined in a handshake that is refused are out again", async () => {
    const room = await startRoom({
      handler: {
        handshake(_request: unknown, connection: Connection) {
          expect(room.channels.join("room", connection).status).toBe("joined");
          return reject("no");
        },
        message() {},
      },
    });
    await expect(NetClient.open(room.port)).rejects.toThrow("400");
    expect(room.channels.size("room")).toBe(0);
  });

  test("that joined in the handshake get what is broadcast once they are open", async () => {
    const room = await startRoom({
      handler: {
        handshake(_request: unknown, connection: Connection) {
          room.channels.join("room", connection);
          expect(room.channels.broadcast("room", "too early")).toMatchObject({ closed: 1 });
        },
        message() {},
      },
    });
    const [client] = await room.open(1);
    room.channels.broadcast("room", "in time");
    await client!.has(1);
    expect(client!.messages).toEqual(["in time"]);
  });

  test("get the messages of one turn in one write", async () => {
    const { channels, connections, open } = bound(await startRoom());
    const clients = await open(5);
    const writes = writesOf(connections);
    for (let i = 0; i < 16; i++) channels.broadcast("room", `message ${i}`);
    for (const connection of connections) channels.join("other", connection);
    channels.broadcast("other", "of another channel");
    await Promise.all(clients.map((client) => client.has(17)));
    expect(writes.map((chunks) => chunks.length)).toEqual([1, 1, 1, 1, 1]);
    expect(clients.every(({ messages }) => messages.at(-1) === "of another channel")).toBe(true);
  });

  test("get the messages of one turn in one write from a channel that is served in slices, too", async () => {
    const { channels, connections, open } = bound(await startRoom({}, { shards: () => 3 }));
    const clients = await open(6);
    const writes = writesOf(connections);
    for (let i = 0; i < 16; i++) channels.broadcast("room", `message ${i}`);
    await Promise.all(clients.map((client) => client.has(16)));
    expect(writes.map((chunks) => chunks.length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("get what answers a message, and what is broadcast meanwhile, in one write and in order", async () => {
    const room = await startRoom({
      handler: {
        open: (connection: Connection) => {
          room.connections.push(connection);
          room.channels.join("room", connection);
        },
        message(connection: Connection, data: unknown) {
          connection.write(`you said ${data}`);
          room.channels.broadcast("room", `somebody said ${data}`);
        },
      },
    });
    const [one, two] = await room.open(2);
    const writes = writesOf(room.connections);
    one!.send("a");
    await Promise.all([one!.has(2), two!.has(1)]);
    expect(one!.messages).toEqual(["you said a", "somebody said a"]);
    expect(writes.map((chunks) => chunks.length)).toEqual([1, 1]);
  });

  test("are given the very same bytes: a message is framed once", async () => {
    const { channels, connections, open } = bound(await startRoom());
    const clients = await open(4);
    const writes = writesOf(connections);
    channels.broadcast("room", "x".repeat(1000));
    await Promise.all(clients.map((client) => client.has(1)));
    expect(new Set(writes.map(([chunk]) => chunk!.buffer)).size).toBe(1);
  });

  test("with the same compression are given the very same bytes: a message is compressed once", async () => {
    const room = await startRoom({ extensions: [permessageDeflate()] });
    const offer = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
    const clients = [...(await room.open(4, offer)), ...(await room.open(2))];
    const writes = writesOf(room.connections);
    const data = "the spice must flow ".repeat(200);
    expect(room.channels.broadcast("room", data).sent).toBe(6);
    await Promise.all(clients.map((client) => client.has(1)));
    expect(clients.map(({ rsv }) => rsv)).toEqual([4, 4, 4, 4, 0, 0]);
    const [first] = writes[0]!;
    expect(first!.length).toBeLessThan(data.length / 4);
    const same = writes.map(
      ([chunk]) => chunk!.buffer === first!.buffer && chunk!.byteOffset === first!.byteOffset,
    );
    expect(same).toEqual([true, true, true, true, false, false]);
  });
});

/** `open` without its object. */
function bound(room: Awaited<ReturnType<typeof startRoom>>) {
  const { channels, connections } = room;
  return { channels, connections, open: (count: number) => room.open(count) };
}
