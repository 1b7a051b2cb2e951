import { once } from "node:events";
import { describe, expect, test } from "vitest";
import Ws from "ws";
import { accept, reject } from "../../src/index.ts";
import { within } from "../support/raw-client.ts";
import { type Running, start, type TestOptions } from "../support/start.ts";

const echo: TestOptions = { handler: { message: (connection, data) => void connection.write(data) } };

async function open(running: Running, options: Ws.ClientOptions = {}): Promise<Ws> {
  const socket = new Ws(running.server.url, { perMessageDeflate: false, ...options });
  await once(socket, "open");
  return socket;
}

/** The event's first argument as text. */
async function heard(socket: Ws, event: string): Promise<string> {
  return String((await within(once(socket, event), () => event))[0]);
}

describe("the ws client", () => {
  test("fragments, with a Ping between them, arrive as one message", async () => {
    const running = await start(echo);
    const socket = await open(running);
    const echoed = heard(socket, "message");
    const answered = heard(socket, "pong");
    socket.send("one ", { fin: false });
    socket.send("two ", { fin: false });
    socket.ping("between");
    socket.send("", { fin: false });
    socket.send("three", { fin: true });
    expect(await answered).toBe("between");
    expect(await echoed).toBe("one two three");
    expect(running.log.lines()).toEqual(["open", "ping 6265747765656e", 'text "one two three"']);
    socket.terminate();
  });

  test("the server's Ping is answered, and its unasked Pong is taken", async () => {
    const running = await start({
      handler: {
        open(connection) {
          connection.ping("are you there");
          connection.pong("by the way");
        },
      },
    });
    const socket = new Ws(running.server.url);
    const pong = heard(socket, "pong");
    expect(await heard(socket, "ping")).toBe("are you there");
    expect(await pong).toBe("by the way");
    const { line } = await running.log.next("pong");
    expect(line).toBe(`pong ${Buffer.from("are you there").toString("hex")}`);
    socket.terminate();
  });

  test("its offer of permessage-deflate is left unanswered, and it goes on without", async () => {
    const running = await start(echo);
    const socket = await open(running, { perMessageDeflate: true });
    expect(socket.extensions).toBe("");
    const echoed = heard(socket, "message");
    socket.send("x".repeat(10_000));
    expect(await echoed).toHaveLength(10_000);
    socket.terminate();
  });

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    "its closing code %i comes back",
    async (code) => {
      const running = await start(echo);
      const socket = await open(running);
      const end = once(socket, "close");
      socket.close(code, "because");
      expect((await within(end, () => "close"))[0]).toBe(code);
      expect((await running.log.next("closed")).value).toMatchObject({
        code,
        reason: "because",
        wasClean: true,
      });
    },
  );

  test("a Close frame without a code is answered by one, and is 1005 on both sides", async () => {
    const running = await start(echo);
    const socket = await open(running);
    const end = once(socket, "close");
    socket.close();
    expect((await within(end, () => "close"))[0]).toBe(1005);
    expect((await running.log.next("closed")).value).toMatchObject({ code: 1005, wasClean: true });
  });

  test("a connection that it drops is 1006", async () => {
    const running = await start(echo);
    (await open(running)).terminate();
    expect((await running.log.next("closed")).value).toMatchObject({ code: 1006, by: "socket" });
  });

  test("a message over the limit closes it with 1009", async () => {
    const running = await start({ ...echo, limits: { message: 1_000 } });
    const socket = await open(running);
    const end = once(socket, "close");
    socket.send("x".repeat(1_001));
    expect((await within(end, () => "close"))[0]).toBe(1009);
  });

  test("it hears status, Error header and body of a refusal", async () => {
    const running = await start({
      handler: { handshake: () => reject("invalid_token", { status: 403, body: "no" }) },
    });
    const socket = new Ws(running.server.url);
    const [, response] = await once(socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
    expect(response.headers.error).toBe("invalid_token");
    expect(String((await once(response, "data"))[0])).toBe("no");
  });

  test("headers of accept are in its response", async () => {
    const running = await start({
      handler: { handshake: () => accept({ headers: { "Set-Cookie": "seen=1" } }) },
    });
    const socket = new Ws(running.server.url);
    const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
    expect(response.headers["set-cookie"]).toEqual(["seen=1"]);
    socket.terminate();
  });
});
