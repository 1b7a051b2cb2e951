/** One test for each function of ExWs (design.md §1), named after it. */
import { describe, expect, test } from "vitest";
import { accept, binary, close, ping, pong, reject, serve, text, write } from "../src/index.ts";
import { binaryFrame, closeFrame, hex, textFrame } from "./support/frame-bytes.ts";
import { request } from "./support/http-bytes.ts";
import { RawClient, turn } from "./support/raw-client.ts";
import { start, type TestConnection } from "./support/start.ts";

describe("what ExWs offers", () => {
  test("{ExWs.Supervisor, [port:, handler:]}: serve({ port, handler })", async () => {
    const server = await serve({ port: 0, host: "127.0.0.1", handler: { message() {} } });
    const { port } = server.address() as { port: number };
    (await RawClient.open({ port })).destroy();
    await server.close();
  });

  test("init/0: the first state of a connection, nothing by default", async () => {
    const running = await start({ handler: { init: () => "first state" } });
    await running.open();
    expect(((await running.log.next("open")).connection as TestConnection).state).toBe("first state");
  });

  test("handshake/3: accepts with a new state, or refuses, by path and headers", async () => {
    const running = await start({
      handler: {
        handshake({ path, headers }) {
          return path === "/chat" && headers.get("token") === "secret"
            ? accept({ state: "known" })
            : reject("unknown");
        },
      },
    });
    await running.open(request({ line: "GET /chat HTTP/1.1", add: ["token: secret"] }));
    expect(((await running.log.next("open")).connection as TestConnection).state).toBe("known");
    const refused = await running.connect();
    refused.write(request({ line: "GET /chat HTTP/1.1" }));
    expect((await refused.head()).status).toBe(400);
    await refused.ended();
  });

  test('ExWs.invalid_handshake("invalid_token"): 400 with an Error header', async () => {
    const running = await start({ handler: { handshake: () => reject("invalid_token") } });
    const client = await running.connect();
    client.write(request());
    const head = await client.head();
    expect([head.status, head.get("error")]).toEqual([400, "invalid_token"]);
    await client.ended();
  });

  test("message/2: raw gets every message as bytes", async () => {
    const running = await start({ handler: { raw() {} } });
    (await running.open()).write(Buffer.concat([textFrame("a"), binaryFrame(Buffer.of(1))]));
    await running.log.next("raw");
    await running.log.next("raw");
    expect(running.log.lines()).toEqual(["open", "raw text 61", "raw binary 01"]);
  });

  test("message/3: message gets text as a string and binary as bytes", async () => {
    const running = await start();
    (await running.open()).write(Buffer.concat([textFrame("a"), binaryFrame(Buffer.of(1))]));
    expect((await running.log.next("text")).value).toBe("a");
    expect((await running.log.next("binary")).value).toBeInstanceOf(Uint8Array);
  });

  test("closed/2: runs exactly once for every accepted connection", async () => {
    const running = await start();
    const ends: ((client: RawClient) => void)[] = [
      (c) => c.write(closeFrame(1000)),
      (c) => c.fin(),
      (c) => c.reset(),
      (c) => c.write(hex("ff 80 00000000")),
    ];
    for (const end of ends) {
      end(await running.open());
      await running.log.next("closed");
    }
    await running.empty();
    expect(running.log.count("closed")).toBe(4);
  });

  test("write/1, overridable: text by default, pre-framed data as it is, encode in between", async () => {
    const running = await start({
      handler: { encode: (data) => (typeof data === "string" ? data.toUpperCase() : data) },
    });
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    connection.write("loud");
    connection.write(text("as it is"));
    expect(await client.frames(2)).toEqual(['text "LOUD"', 'text "as it is"']);
  });

  test("ping/0, close/0, close/2: control frames", async () => {
    const running = await start();
    const client = await running.open();
    const connection = (await running.log.next("open")).connection as TestConnection;
    connection.ping();
    connection.close(3000, "go");
    expect(await client.frames(2)).toEqual(["ping", "close 3000"]);
    client.write(closeFrame(3000));
    await running.log.next("closed");
  });

  test("get_socket/0: connection.socket is the socket underneath", async () => {
    const running = await start();
    const client = await running.open();
    const { socket } = (await running.log.next("open")).connection as TestConnection;
    expect((socket as unknown as { remotePort: number }).remotePort).toBe(client.socket.localPort);
  });

  test("ExWs.txt/1, ExWs.bin/1, to_binary/1: frame once, send many times", () => {
    expect(Buffer.from(text("leto").bytes).toString("hex")).toBe("81046c65746f");
    expect(Buffer.from(binary(Uint8Array.of(9)).bytes).toString("hex")).toBe("820109");
  });

  test("ExWs.write/2, ping/1, pong/2, close/1, close/3: use a socket from anywhere in the program", async () => {
    const running = await start();
    const client = await running.open();
    const { socket } = (await running.log.next("open")).connection as TestConnection;
    write(socket, "a");
    ping(socket);
    pong(socket, "p");
    socket.write(text("leto atreides").bytes);
    await turn();
    close(socket, 3001, "why");
    const lines = await client.frames(5);
    expect(lines).toContain('text "leto atreides"');
    const inOrder = lines.filter((line) => !line.includes("leto"));
    expect(inOrder).toEqual(['text "a"', "ping", "pong 70", "close 3001"]);
    client.write(closeFrame(3001));
    await running.log.next("closed");
  });
});
