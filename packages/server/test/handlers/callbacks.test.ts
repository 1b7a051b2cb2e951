import { describe, expect, expectTypeOf, test } from "vitest";
import { accept, defineHandler, serve } from "../../src/index.ts";
import { binaryFrame, closeFrame, pingFrame, pongFrame, textFrame } from "../support/frame-bytes.ts";
import { RawClient, turn } from "../support/raw-client.ts";
import { start, type TestConnection } from "../support/start.ts";

describe("the life of a connection", () => {
  test("init, handshake, open, messages, closed: each once and in this order", async () => {
    const running = await start();
    const client = await running.open();
    client.write(
      Buffer.concat([
        textFrame("a"),
        pingFrame("p"),
        pongFrame("q"),
        binaryFrame(Buffer.of(1)),
        closeFrame(4000),
      ]),
    );
    await running.log.next("closed");
    expect(running.log.entries.map(({ line }) => line)).toEqual([
      "init",
      "handshake /ws",
      "open",
      'text "a"',
      "ping 70",
      "pong 71",
      "binary 01",
      "closed 4000 peer",
    ]);
    const connections = new Set(running.log.entries.slice(1).map(({ connection }) => connection));
    expect(connections.size, "every callback got the same connection").toBe(1);
  });

  test("readyState goes from connecting over open and closing to closed", async () => {
    const states: string[] = [];
    const note = (connection: TestConnection): void => void states.push(connection.readyState);
    const running = await start({
      handler: {
        handshake: (_, connection) => note(connection),
        open: note,
        message(connection) {
          connection.close();
          note(connection);
        },
        closed: note,
      },
    });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("x"), closeFrame(1000)]));
    await running.log.next("closed");
    expect(states).toEqual(["connecting", "open", "closing", "closed"]);
  });

  test("callbacks of one connection never overlap, closed comes last", async () => {
    const story: string[] = [];
    const slowly = (name: string) => async () => {
      story.push(`${name} begins`);
      await turn();
      story.push(`${name} ends`);
    };
    const running = await start({
      handler: {
        open: slowly("open"),
        message: slowly("message"),
        ping: slowly("ping"),
        pong: slowly("pong"),
        closed: slowly("closed"),
      },
    });
    const client = await running.open();
    client.write(Buffer.concat([textFrame("a"), pingFrame(), pongFrame(), textFrame("b"), closeFrame(1000)]));
    await running.log.next("closed");
    await turn();
    const names = ["open", "message", "ping", "pong", "message", "closed"];
    expect(story).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test("a connection is in server.connections from open to closed", async () => {
    const sizes: number[] = [];
    const running = await start({ handler: { open: () => void sizes.push(running.size) } });
    const client = await running.open();
    const { connection } = await running.log.next("open");
    expect([...running.server.connections]).toEqual([connection]);
    client.destroy();
    await running.log.next("closed");
    await running.empty();
  });

  test("the least handler is enough: message alone, or raw alone", async () => {
    for (const handler of [defineHandler({ message() {} }), defineHandler({ raw() {} })]) {
      const server = await serve({ port: 0, host: "127.0.0.1", handler });
      const { port } = server.address() as { port: number };
      const client = await RawClient.open({ port });
      client.write(
        Buffer.concat([
          textFrame("a"),
          pingFrame("p"),
          pongFrame("q"),
          binaryFrame(Buffer.of(1)),
          closeFrame(4000),
        ]),
      );
      expect(await client.framesToEnd()).toEqual(["pong 70", "close 4000"]);
      await server.close();
    }
  });
});

describe("state", () => {
  test("comes from init, is each connection's own and stays until closed", async () => {
    const running = await start({
      handler: {
        init: () => ({ seen: 0 }),
        message(connection) {
          (connection.state as { seen: number }).seen++;
        },
      },
    });
    const [first, second] = [await running.open(), await running.open()];
    first.write(Buffer.concat([textFrame("a"), textFrame("b"), closeFrame(1000)]));
    expect(((await running.log.next("closed")).connection as TestConnection).state).toEqual({ seen: 2 });
    second.write(Buffer.concat([textFrame("a"), closeFrame(1000)]));
    expect(((await running.log.next("closed")).connection as TestConnection).state).toEqual({ seen: 1 });
  });

  test("without init it is undefined; accept({ state }) replaces it, so does an assignment", async () => {
    const states: unknown[] = [];
    const plain = await start({ handler: { open: ({ state }) => void states.push(state) } });
    await plain.open();
    const accepting = await start({
      handler: {
        handshake: () => accept({ state: { user: 7 } }),
        open: ({ state }) => void states.push(state),
      },
    });
    await accepting.open();
    const assigning = await start({
      handler: {
        async handshake(_, connection) {
          await turn();
          connection.state = "assigned";
        },
        open: ({ state }) => void states.push(state),
      },
    });
    await assigning.open();
    await assigning.log.next("open");
    expect(states).toEqual([undefined, { user: 7 }, "assigned"]);
  });

  test("is typed by what init returns", () => {
    defineHandler({
      init: () => ({ name: "anonymous", visits: 0 }),
      open(connection) {
        expectTypeOf(connection.state).toEqualTypeOf<{ name: string; visits: number }>();
      },
      message(connection, data) {
        expectTypeOf(connection.state.visits).toBeNumber();
        expectTypeOf(data).toEqualTypeOf<string | Uint8Array>();
      },
    });
    defineHandler({
      message(connection) {
        expectTypeOf(connection.state).toEqualTypeOf<undefined>();
      },
    });
  });
});
