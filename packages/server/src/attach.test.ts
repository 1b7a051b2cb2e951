import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { upgradeRequest } from "../test/fake-kernel/fake-server.ts";
import { FakeSocket, settle } from "../test/fake-kernel/fake-socket.ts";
import { attach } from "./attach.ts";

const handler = { message() {} };
const closing: { close(options?: { within: number }): Promise<unknown> }[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of closing.splice(0)) await server.close({ within: 0 });
});

/** An HTTP server that listens to nothing, with a server on each of the paths. */
function make(...paths: (string | undefined)[]) {
  const http = createHttpServer();
  const servers = paths.map((path) => attach(http, path === undefined ? { handler } : { handler, path }));
  closing.push(...servers);
  /** What becomes of an upgrade: the status line, or "" when nobody answers. */
  const upgrade = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const socket = new FakeSocket();
    const request = Object.assign(upgradeRequest(path), { headers: { upgrade: "websocket", ...headers } });
    http.emit("upgrade", request, socket, Buffer.alloc(0));
    await settle();
    const status = socket.wire.toString().split("\r\n")[0]!;
    socket.destroy();
    await settle();
    return status;
  };
  return { http, servers, upgrade };
}

const accepted = "HTTP/1.1 101 Switching Protocols";
const notFound = "HTTP/1.1 404 Not Found";

describe("which upgrades are claimed", () => {
  test("those of the path, whatever the query; alone, it answers 404 to the others", async () => {
    const { upgrade } = make("/chat");
    expect(await upgrade("/chat")).toBe(accepted);
    expect(await upgrade("/chat?room=1")).toBe(accepted);
    for (const other of ["/", "/chat/", "/chat2", "/Chat", "/%63hat", "http://a/chat", ""]) {
      expect(await upgrade(other), other).toBe(notFound);
    }
  });

  test("all, without a path", async () => {
    const { upgrade } = make(undefined);
    expect([await upgrade("/"), await upgrade("/anything?x")]).toEqual([accepted, accepted]);
  });

  test("of several, each has its path; one without a path has the rest", async () => {
    const { upgrade, servers, http } = make("/a", "/b", undefined);
    expect(http.listenerCount("upgrade"), "one listener for all").toBe(1);
    for (const path of ["/a", "/b", "/b", "/c"]) expect(await upgrade(path)).toBe(accepted);
    expect(servers.map((server) => server.stats().accepted)).toEqual([1, 2, 1]);
  });

  test("another listener has what is not claimed, and other protocols on the same path", async () => {
    const { http, upgrade } = make("/chat");
    const seen: string[] = [];
    http.on("upgrade", (request) => seen.push(`${request.url} ${request.headers.upgrade}`));
    expect(await upgrade("/other")).toBe("");
    expect(await upgrade("/chat", { upgrade: "h2c" })).toBe("");
    expect(await upgrade("/chat", { upgrade: "WebSocket" })).toBe(accepted);
    expect(await upgrade("/chat", { upgrade: "h2c, websocket" })).toBe(accepted);
    expect(seen).toHaveLength(4);
  });

  test("alone, a request for another protocol on its path is refused by the rules of the handshake", async () => {
    const { http } = make("/chat");
    const socket = new FakeSocket();
    const request = {
      method: "GET",
      url: "/chat",
      httpVersion: "1.1",
      rawHeaders: ["Host", "a", "Upgrade", "h2c"],
    };
    http.emit("upgrade", { ...request, headers: { upgrade: "h2c" } }, socket, Buffer.alloc(0));
    await settle();
    expect(socket.wire.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  });

  test("a socket that was answered 404 is ended, read to its end, and may break without harm", async () => {
    const { http } = make("/chat");
    const socket = new FakeSocket();
    http.emit("upgrade", Object.assign(upgradeRequest("/no"), { headers: {} }), socket, Buffer.alloc(0));
    await settle();
    expect(socket.wire.toString()).toContain("Error: path");
    expect(socket.isEnded).toBe(true);
    socket.receive(Buffer.from("whatever"));
    socket.reset();
    await settle();
    expect(socket.destroyed).toBe(true);
  });
});

describe("coming and going", () => {
  test("a path is taken once on each HTTP server", () => {
    const { http } = make("/a", undefined);
    expect(() => attach(http, { handler, path: "/a" })).toThrow(/path \/a is taken/);
    expect(() => attach(http, { handler })).toThrow(/\(all\) is taken/);
    make("/a", undefined);
  });

  test("closing gives the path back, and the last one the listener", async () => {
    const { http, servers, upgrade } = make("/a", "/b");
    await servers[0]!.close();
    expect(await upgrade("/a")).toBe(notFound);
    expect(await upgrade("/b")).toBe(accepted);
    closing.push(attach(http, { handler, path: "/a" }));
    expect(await upgrade("/a")).toBe(accepted);
    for (const server of closing.splice(0)) await server.close();
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  test("while it is being closed the path is still its own: 503", async () => {
    const { http, servers, upgrade } = make("/a");
    const socket = new FakeSocket();
    http.emit(
      "upgrade",
      Object.assign(upgradeRequest("/a"), { headers: { upgrade: "websocket" } }),
      socket,
      Buffer.alloc(0),
    );
    await settle();
    const closed = servers[0]!.close();
    expect(await upgrade("/a")).toBe("HTTP/1.1 503 Service Unavailable");
    socket.destroy();
    await closed;
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  test("the HTTP server stays as it was", async () => {
    const { http, servers } = make("/a");
    const close = vi.spyOn(http, "close");
    await servers[0]!.close();
    expect(close).not.toHaveBeenCalled();
  });
});

describe("a wrong option is a TypeError that names it, and nothing is attached", () => {
  test.each<[string, object]>([
    ["path", { path: "chat" }],
    ["path", { path: "" }],
    ["path", { path: 1 }],
    ["path", { path: null }],
    ["handler", { handler: {} }],
    ["port", { port: 80 }],
    ["limits.message", { limits: { message: "1" } }],
  ])("%s: %j", (name, wrong) => {
    const http = createHttpServer();
    let error: unknown;
    try {
      attach(http, { handler, ...wrong } as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(name);
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  test.each([undefined, null, {}, "http://localhost"])("httpServer: %s", (http) => {
    expect(() => attach(http as unknown as HttpServer, { handler })).toThrow(/httpServer/);
  });

  test("options that are none", () => {
    expect(() => attach(createHttpServer(), undefined as never)).toThrow(TypeError);
  });
});
