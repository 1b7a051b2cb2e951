import { describe, expect, test } from "vitest";
import { closeFrame, pingFrame, pongFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { type RawClient, turn } from "../support/raw-client.ts";
import { type Running, start, type TestHandler } from "../support/start.ts";

const failure = new Error("the application failed");

const ways: [how: string, fail: () => never | Promise<never>][] = [
  [
    "throws",
    () => {
      throw failure;
    },
  ],
  ["rejects", () => Promise.reject(failure)],
  [
    "rejects later",
    async () => {
      await turn();
      throw failure;
    },
  ],
];

/** A callback, how a peer makes it run, and what the peer is told. */
const callbacks: [name: keyof TestHandler, provoke: (client: RawClient) => void][] = [
  ["open", () => {}],
  ["message", (client) => client.write(textFrame("x"))],
  ["raw", (client) => client.write(textFrame("x"))],
  ["ping", (client) => client.write(pingFrame("x"))],
  ["pong", (client) => client.write(pongFrame("x"))],
];

/** A second connection of the same server goes on as if nothing had happened. */
async function expectUnaffected(running: Running, other: RawClient): Promise<void> {
  other.write(pingFrame("still here"));
  const frame = await other.frame();
  expect(frame.payload.toString()).toBe("still here");
  expect(running.size).toBeGreaterThan(0);
}

describe.each(ways)("a callback that %s", (_, fail) => {
  test.each(callbacks)(
    "%s: 1011 for that connection, onError once, the others unaffected",
    async (name, provoke) => {
      let armed = false;
      const seen: unknown[] = [];
      const running = await start({
        handler: { [name]: () => (armed ? fail() : undefined) },
        onError: (_error, connection) => void seen.push(connection),
      });
      const other = await running.open();
      await running.log.next("open");
      armed = true;
      const client = await running.open(undefined, { keepHalf: true });
      provoke(client);
      const lines = await client.politeEnd();
      expect(lines.at(-1)).toBe("close 1011");
      armed = false;
      client.fin();
      const closed = await running.log.next("closed");
      expect(closed.value).toMatchObject({ code: 1011, by: "error" });
      expect(running.takeErrors()).toEqual([failure]);
      expect(seen).toEqual([closed.connection]);
      await expectUnaffected(running, other);
    },
  );

  test.each(["init", "handshake"] as const)(
    "%s: 500 before the connection is open, onError once",
    async (name) => {
      if (name === "init" && fail !== ways[0]![1]) return expectStateIsAPromise(fail);
      const running = await start({ handler: { [name]: fail } });
      const client = await running.connect();
      client.write(request());
      expect((await client.head()).status).toBe(500);
      await client.ended();
      expect(client.unread.toString("latin1")).not.toContain(failure.message);
      expect(running.takeErrors()).toEqual([failure]);
      expect(running.log.lines()).toEqual([]);
    },
  );

  test("closed: onError once, the server goes on", async () => {
    const running = await start({ handler: { closed: fail } });
    const client = await running.open();
    client.write(closeFrame(1000));
    await client.ended();
    await running.log.next("closed");
    await running.empty();
    await turn();
    await turn();
    expect(running.takeErrors()).toEqual([failure]);
    (await running.open()).reset();
    await running.log.next("closed");
    await running.empty();
    await turn();
    await turn();
    expect(running.takeErrors()).toEqual([failure]);
  });

  test("drained: 1011, onError once", async () => {
    const running = await start({ handler: { drained: fail } });
    const client = await running.open();
    client.pause();
    const { connection } = await running.log.next("open");
    const { write } = connection as { write(data: Uint8Array): string };
    for (let i = 0; write.call(connection, Buffer.alloc(60_000)) === "sent"; i++)
      if (i % 10 === 0) await turn();
    client.resume();
    const lines = await client.politeEnd();
    expect(lines.at(-1)).toBe("close 1011");
    await running.log.next("closed");
    expect(running.takeErrors()).toEqual([failure]);
  });
});

/** `init` is synchronous: a promise would be the state itself, and its rejection the application's own. */
async function expectStateIsAPromise(fail: () => Promise<never>): Promise<void> {
  const promise = fail();
  promise.catch(() => {});
  const running = await start({ handler: { init: () => promise } });
  await running.open();
  expect(((await running.log.next("open")).connection as { state: unknown }).state).toBe(promise);
}

describe.each(ways)("closed that %s behind a message() that never settles", (_, fail) => {
  test("reaches onError once, and the server goes on", async () => {
    const running = await start({
      limits: { closeTimeout: 200 },
      handler: { message: () => new Promise(() => {}), closed: fail },
    });
    const client = await running.open();
    client.write(textFrame("x"));
    await running.log.next("text");
    client.destroy();
    await running.log.next("closed");
    await running.empty();
    for (let i = 0; i < 3; i++) await turn();
    expect(running.takeErrors()).toEqual([failure]);
  });
});

describe("errors in other places", () => {
  test("encode that throws: write throws to the caller, and from message() that is 1011", async () => {
    const running = await start({
      handler: {
        encode() {
          throw failure;
        },
        message: (connection, data) => void connection.write(data),
      },
    });
    const client = await running.open();
    client.write(textFrame("x"));
    expect(await client.politeEnd()).toEqual(["close 1011"]);
    await running.log.next("closed");
    expect(running.takeErrors()).toEqual([failure]);
  });

  test("encode that returns what cannot be sent is a TypeError", async () => {
    const running = await start({
      handler: { encode: () => 1 as never, message: (connection, data) => void connection.write(data) },
    });
    const client = await running.open();
    client.write(textFrame("x"));
    expect(await client.politeEnd()).toEqual(["close 1011"]);
    await running.log.next("closed");
    expect(running.takeErrors()).toEqual([expect.any(TypeError)]);
  });

  test("messages behind the one whose handler failed are not delivered", async () => {
    const running = await start({
      handler: {
        message(_, data) {
          if (data === "b") throw failure;
        },
      },
    });
    const client = await running.open();
    client.write(Buffer.concat(["a", "b", "c"].map(textFrame)));
    expect(await client.politeEnd()).toEqual(["close 1011"]);
    await running.log.next("closed");
    expect(running.log.lines()).toEqual(["open", 'text "a"', 'text "b"', "closed 1011 error"]);
    expect(running.takeErrors()).toEqual([failure]);
  });

  test("what the handler wrote before it failed is sent before the Close", async () => {
    const running = await start({
      handler: {
        message(connection) {
          connection.write("half an answer");
          throw failure;
        },
      },
    });
    const client = await running.open();
    client.write(textFrame("x"));
    expect(await client.politeEnd()).toEqual(['text "half an answer"', "close 1011"]);
    await running.log.next("closed");
    running.takeErrors();
  });

  test("an onError that throws itself ends neither the process nor other connections", async () => {
    const running = await start({
      handler: {
        message() {
          throw failure;
        },
      },
      onError() {
        throw new Error("onError failed too");
      },
    });
    const other = await running.open();
    const client = await running.open();
    client.write(textFrame("x"));
    expect(await client.politeEnd()).toEqual(["close 1011"]);
    await expectUnaffected(running, other);
    running.takeErrors();
  });

  test("anything may be thrown: undefined, a string, an object without prototype", async () => {
    for (const thrown of [undefined, "text", Object.create(null) as object, null, 0]) {
      const running = await start({
        handler: {
          message() {
            throw thrown;
          },
        },
      });
      const client = await running.open();
      client.write(textFrame("x"));
      expect(await client.politeEnd()).toEqual(["close 1011"]);
      await running.log.next("closed");
      expect(running.takeErrors()).toHaveLength(1);
    }
  });
});
