import { describe, expect, test } from "vitest";
import { reject } from "../../src/index.ts";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request, sampleAccept } from "../support/http-bytes.ts";
import { attached, connectHttp, portOf, startHttp } from "../support/http-server.ts";
import { RawClient, turn } from "../support/raw-client.ts";

const at = (path: string): Buffer => request({ line: `GET ${path} HTTP/1.1` });
const get = Buffer.from("GET / HTTP/1.1\r\nHost: exws.test\r\n\r\n");

describe("attach: a server on a path of somebody else's HTTP server", () => {
  test("upgrades on its path; plain requests stay with the HTTP server", async () => {
    const http = await startHttp();
    const running = attached(http, {
      path: "/chat",
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const client = await connectHttp(http);
    client.write(at("/chat?room=1"));
    const head = await client.head();
    expect([head.status, head.get("sec-websocket-accept")]).toEqual([101, sampleAccept]);
    await client.writeBytewise(textFrame("hi"));
    expect(await client.frames(1)).toEqual(['text "hi"']);
    client.write(closeFrame(4000));
    expect(await client.framesToEnd()).toEqual(["close 4000"]);
    expect((await running.log.next("closed")).value).toMatchObject({
      code: 4000,
      wasClean: true,
      by: "peer",
    });
    const plain = await connectHttp(http);
    plain.write(get);
    expect((await plain.head()).status).toBe(200);
  });

  test("two servers share one HTTP server, each with its path", async () => {
    const http = await startHttp();
    const chat = attached(http, { path: "/chat" });
    const news = attached(http, { path: "/news" });
    for (const [path, running, other] of [
      ["/chat", chat, news],
      ["/news", news, chat],
    ] as const) {
      await RawClient.open({ port: portOf(http) }, at(path));
      await running.log.next("open");
      expect(other.size).toBe(other.log.count("open") - other.log.count("closed"));
    }
    expect([chat.log.count("handshake"), news.log.count("handshake")]).toEqual([1, 1]);
  });

  test("an upgrade that another listener takes is left alone", async () => {
    const http = await startHttp();
    const running = attached(http, { path: "/chat" });
    http.on("upgrade", (incoming, socket) => {
      if (incoming.url === "/other")
        socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nother");
    });
    const client = await connectHttp(http);
    client.write(request({ line: "GET /other HTTP/1.1", replace: { Upgrade: "Upgrade: other" } }));
    expect((await client.head()).get("upgrade")).toBe("other");
    expect((await client.bytes(5)).toString()).toBe("other");
    await client.ended();
    expect(running.log.entries).toEqual([]);
  });

  test.each(["/", "/chatter", "/chat/", "/Chat", "//chat", "/x/../chat", "/%63hat"])(
    "an upgrade to %s, which nobody takes, is answered and closed when nobody else listens",
    async (path) => {
      const http = await startHttp();
      const running = attached(http, { path: "/chat" });
      const client = await connectHttp(http);
      client.write(at(path));
      const { status } = await client.head();
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      await client.ended();
      expect(running.log.entries).toEqual([]);
    },
  );

  test("without a path it takes every upgrade to websocket", async () => {
    const http = await startHttp();
    const running = attached(http);
    await RawClient.open({ port: portOf(http) }, at("/anything"));
    expect((await running.log.next("handshake")).line).toBe("handshake /anything");
  });

  test("frames in the handshake's own segment are delivered, with an async handshake too", async () => {
    const http = await startHttp();
    const running = attached(http, {
      handler: {
        async handshake() {
          await turn();
        },
      },
    });
    const half = textFrame("second");
    const client = await connectHttp(http);
    client.write(Buffer.concat([request(), textFrame("first"), half.subarray(0, 4)]));
    expect((await client.head()).status).toBe(101);
    expect((await running.log.next("text")).value).toBe("first");
    client.write(half.subarray(4));
    expect((await running.log.next("text")).value).toBe("second");
  });

  test("malformed frames, UTF-8 and sizes are refused as on a port of its own", async () => {
    const http = await startHttp();
    const running = attached(http, { limits: { message: 100 } });
    for (const [bytes, line] of [
      [hex("83 80 00000000"), "close 1002"],
      [hex("81 01 61"), "close 1002"],
      [hex("81 81 00000000 ff"), "close 1007"],
      [hex("82 fe 0100 00000000"), "close 1009"],
    ] as const) {
      const client = await RawClient.open({ port: portOf(http) });
      await client.writeBytewise(bytes);
      expect(await client.framesToEnd()).toEqual([line]);
      await running.log.next("closed");
    }
  });

  test("a refused handshake gets its status and Error header, then the end", async () => {
    const http = await startHttp();
    attached(http, { handler: { handshake: () => reject("invalid_token", { status: 403 }) } });
    const client = await connectHttp(http);
    client.write(Buffer.concat([request(), get]));
    const head = await client.head();
    expect([head.status, head.get("error"), head.get("connection")?.toLowerCase()]).toEqual([
      403,
      "invalid_token",
      "close",
    ]);
    await client.ended();
    expect(client.unread.toString()).not.toContain("page");
  });

  test("a RST at any moment is survived, with no listener of the application", async () => {
    const http = await startHttp();
    const busy = gate();
    const running = attached(http, {
      handler: { handshake: ({ path }) => (path === "/wait" ? busy.promise : undefined) },
    });
    for (const bytes of [
      request(),
      at("/wait"),
      Buffer.concat([request(), textFrame("x")]),
      request({ without: ["Host"] }),
    ]) {
      for (const late of [false, true]) {
        const client = await connectHttp(http);
        client.write(bytes);
        if (late) await turn();
        client.reset();
      }
    }
    busy.resolve();
    await turn();
    await running.empty();
    (await RawClient.open({ port: portOf(http) })).destroy();
  });

  test("the handshake has its deadline here too", async () => {
    const http = await startHttp();
    const running = attached(http, {
      limits: { handshakeTimeout: 300 },
      handler: { handshake: () => new Promise<undefined>(() => {}) },
    });
    const client = await connectHttp(http);
    client.write(request());
    expect((await client.head()).status).toBe(503);
    await client.ended();
    expect(running.log.lines()).toEqual([]);
    running.takeErrors();
  });

  test("close() says 1001, lets go of the HTTP server and leaves it running", async () => {
    const http = await startHttp();
    const running = attached(http, { path: "/chat" });
    const listeners = http.listenerCount("upgrade");
    expect(listeners).toBeGreaterThan(0);
    const client = await RawClient.open({ port: portOf(http) }, at("/chat"));
    const done = running.server.close({ within: 5000 });
    expect(await client.frames(1)).toEqual(["close 1001"]);
    client.write(closeFrame(1001));
    expect(await done).toEqual({ closed: 1, terminated: 0 });
    expect(http.listenerCount("upgrade")).toBeLessThan(listeners);
    const plain = await connectHttp(http);
    plain.write(get);
    expect((await plain.head()).status).toBe(200);
  });
});
