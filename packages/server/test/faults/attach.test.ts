import { createServer as createHttps } from "node:https";
import { describe, expect, test } from "vitest";
import { createServer, reject } from "../../src/index.ts";
import { cert, key } from "../support/certificate.ts";
import { EventLog } from "../support/event-log.ts";
import { closeFrame, hex, textFrame } from "../support/frame-bytes.ts";
import { gate } from "../support/gate.ts";
import { request, sampleAccept } from "../support/http-bytes.ts";
import { attached, connectHttp, portOf, startHttp } from "../support/http-server.ts";
import { RawClient, turn } from "../support/raw-client.ts";
import { Running, recording, type State, track } from "../support/start.ts";

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

describe("what Node's HTTP parser lets through is checked again", () => {
  const rows: [what: string, bytes: Buffer, statuses: number[]][] = [
    ["H007 HTTP/1.0", request({ line: "GET /ws HTTP/1.0" }), [505, 400]],
    ["H002 POST", request({ line: "POST /ws HTTP/1.1" }), [405, 400]],
    ["H030 no Host", request({ without: ["Host"] }), [400]],
    ["H031 Host twice", request({ add: ["Host: exws.test"] }), [400]],
    ["H035 a Host with user information", request({ replace: { Host: "Host: a@exws.test" } }), [400]],
    ["H049 no key", request({ without: ["Sec-WebSocket-Key"] }), [400]],
    ["H055 the key twice", request({ add: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="] }), [400]],
    ["H058 version 8", request({ replace: { "Sec-WebSocket-Version": "Sec-WebSocket-Version: 8" } }), [426]],
    [
      "H061 version 0xd",
      request({ replace: { "Sec-WebSocket-Version": "Sec-WebSocket-Version: 0xd" } }),
      [426],
    ],
    [
      "H079 Origin twice",
      request({ add: ["Origin: http://exws.test", "Origin: http://exws.test"] }),
      [403, 400],
    ],
    ["H080 Origin null", request({ add: ["Origin: null"] }), [403]],
    ["H094 150 fields", request({ add: Array.from({ length: 145 }, (_, i) => `X-${i}: ${i}`) }), [431]],
    ["H098 a body", request({ add: ["Content-Length: 5"], body: "hello" }), [400]],
    ["H099 a body that is a frame", request({ add: ["Content-Length: 8"], body: textFrame("hi") }), [400]],
    [
      "H101 a chunked body",
      request({ add: ["Transfer-Encoding: chunked"], body: "5\r\nhello\r\n0\r\n\r\n" }),
      [400],
    ],
    [
      "H102 both lengths",
      request({ add: ["Transfer-Encoding: chunked", "Content-Length: 5"], body: "0\r\n\r\n" }),
      [400],
    ],
    ["H103 Content-Length twice", request({ add: ["Content-Length: 0", "Content-Length: 5"] }), [400]],
    ["H104 Content-Length: -1", request({ add: ["Content-Length: -1"] }), [400]],
    ["H105 Content-Length: +0", request({ add: ["Content-Length: +0"] }), [400]],
    ["H106 Content-Length: 0x0", request({ add: ["Content-Length: 0x0"] }), [400]],
    ["H107 xchunked", request({ add: ["Transfer-Encoding: xchunked"] }), [400]],
    ["H108 identity", request({ add: ["Transfer-Encoding: identity"] }), [400]],
  ];

  test.each(rows)("%s", async (_, bytes, statuses) => {
    const http = await startHttp();
    const running = attached(http);
    const client = await connectHttp(http);
    client.write(bytes);
    const head = await client.head();
    expect(statuses).toContain(head.status);
    await client.ended();
    expect(running.log.entries).toEqual([]);
  });

  test("H095 3,000 fields, with maxHeadersCount set by the application: refused, and nothing throws", async () => {
    const http = await startHttp();
    http.maxHeadersCount = 10;
    const running = attached(http);
    for (const bytes of [
      request({ add: Array.from({ length: 3000 }, (_, i) => `X-${i}: ${i}`) }),
      Buffer.from(
        request()
          .toString("latin1")
          .replace("\r\n", `\r\n${"A: b\r\n".repeat(20)}`),
        "latin1",
      ),
    ]) {
      const client = await connectHttp(http);
      client.write(bytes);
      const { status } = await client.head();
      expect(status).not.toBe(200);
      expect(status).toBeGreaterThanOrEqual(status === 101 ? 101 : 400);
      client.destroy();
    }
    await running.empty();
  });
});

describe("handleUpgrade", () => {
  test("takes what an upgrade listener of the application hands over", async () => {
    const http = await startHttp();
    const log = new EventLog();
    const server = createServer<State>({
      handler: recording(log, { message: (connection, data) => void connection.write(data) }),
    });
    const running = track(new Running(server, log, []));
    http.on("upgrade", (incoming, socket, head) => server.handleUpgrade(incoming, socket, head));
    const client = await connectHttp(http);
    client.write(Buffer.concat([request(), textFrame("early")]));
    expect((await client.head()).status).toBe(101);
    expect(await client.frames(1)).toEqual(['text "early"']);
    expect(running.size).toBe(1);
    client.write(closeFrame(1000));
    expect(await client.framesToEnd()).toEqual(["close 1000"]);
    await log.next("closed");
  });

  test("a socket that is gone by then is no error", async () => {
    const http = await startHttp();
    const log = new EventLog();
    const server = createServer<State>({ handler: recording(log, {}) });
    track(new Running(server, log, []));
    const handed = gate();
    http.on("upgrade", (incoming, socket, head) => {
      socket.destroy();
      server.handleUpgrade(incoming, socket, head);
      handed.resolve();
    });
    const client = await connectHttp(http);
    client.write(request());
    await handed.promise;
    await turn();
    expect(log.lines()).toEqual([]);
  });
});

describe("behind node:https", () => {
  test("upgrades over TLS, and the same origin is https", async () => {
    const http = await startHttp(undefined, createHttps({ key, cert }));
    const running = attached(http, {
      handler: { message: (connection, data) => void connection.write(data) },
    });
    const client = await RawClient.open(
      { port: portOf(http) },
      request({ add: ["Origin: https://exws.test"] }),
      {
        tls: { ca: cert, servername: "localhost" },
      },
    );
    client.write(Buffer.concat([textFrame("hi"), closeFrame(4000)]));
    expect(await client.framesToEnd()).toEqual(['text "hi"', "close 4000"]);
    await running.log.next("closed");
  });
});
