import { once } from "node:events";
import { connect } from "node:net";
import type { ListeningServer } from "@exws/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEcho } from "../src/echo.ts";
import { closed, end, next, open } from "./support/web-socket.ts";

const maxMessage = 20 * 1_048_576;
let server: ListeningServer;

beforeAll(async () => {
  server = await startEcho({ host: "127.0.0.1", port: 0, origin: "same", maxMessage, deflate: true });
});
afterAll(() => server.close({ within: 1_000 }));

describe("a message comes back as it came", () => {
  test.each([
    ["text", "hello"],
    ["text beyond ASCII", "κόσμε 👋 \ufeff\u0000"],
    ["empty text", ""],
    ["bytes", Buffer.from([0, 1, 127, 128, 255])],
    ["no bytes", Buffer.alloc(0)],
    ["16 MiB of text", "x".repeat(16 * 1_048_576)],
    ["16 MiB of bytes", Buffer.alloc(16 * 1_048_576, 0xfe)],
  ])("%s", async (_, data) => {
    const socket = await open(server.url, { maxPayload: maxMessage });
    socket.send(data);
    const echo = await next(socket);
    expect(typeof echo).toBe(typeof data);
    // Comparing them as values would take a diff of megabytes when they differ.
    expect(Buffer.from(echo as string).equals(Buffer.from(data as string))).toBe(true);
    await end(socket);
  });

  test("in 70,000 fragments", async () => {
    const socket = await open(server.url);
    const echo = next(socket);
    for (let i = 1; i <= 70_000; i++) socket.send("abc", { fin: i === 70_000, compress: false });
    expect(String(await echo) === "abc".repeat(70_000)).toBe(true);
    await end(socket);
  });

  test("on any path", async () => {
    const socket = await open(`${server.url}/some/where?a=1`);
    socket.send("hello");
    expect(await next(socket)).toBe("hello");
    await end(socket);
  });
});

test("a client that asks for compression gets it, unless it is switched off", async () => {
  const socket = await open(server.url, { perMessageDeflate: true });
  expect(socket.extensions).toBe("permessage-deflate");
  await end(socket);
  const plain = await startEcho({ host: "127.0.0.1", port: 0, origin: "same", maxMessage, deflate: false });
  const other = await open(plain.url, { perMessageDeflate: true });
  expect(other.extensions).toBe("");
  await end(other);
  await plain.close();
});

test("a message over the limit is refused with 1009", async () => {
  const socket = await open(server.url);
  const refusal = closed(socket);
  socket.send(Buffer.alloc(maxMessage + 1));
  expect((await refusal).code).toBe(1009);
});

test("a client that sends 40 MB without reading is held back, and gets all of it in order when it reads", async () => {
  const socket = await open(server.url);
  socket.pause();
  const count = 400;
  for (let i = 0; i < count; i++) socket.send(Buffer.alloc(100_000, i & 255));
  // The kernel holds no more of what goes back: the echo waits, and with it everything behind it.
  const connection = [...server.connections].at(-1);
  await expect.poll(() => connection!.bufferedAmount).toBeGreaterThan(0);
  expect(connection!.bufferedAmount).toBeLessThan(1_048_576);
  const echoes: number[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      echoes.push(data[0]!);
      if (echoes.length === count) resolve();
    });
  });
  socket.resume();
  await all;
  expect(echoes).toEqual(Array.from({ length: count }, (_, i) => i & 255));
  await end(socket);
});

test("a page of another site may not connect, one of its own may", async () => {
  await expect(open(server.url, { origin: "https://elsewhere.example" })).rejects.toThrow("403");
  const socket = await open(server.url, { origin: server.url.replace("ws", "http") });
  await end(socket);
});

describe("plain HTTP", () => {
  const get = (path: string): Promise<Response> => fetch(`${server.url.replace("ws", "http")}${path}`);

  test("/ is the page, with a policy that lets nothing foreign in", async () => {
    const response = await get("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await response.text()).toContain("<title>exws echo</title>");
  });

  test("everything that the page names is there, with the right type", async () => {
    const page = await (await get("/")).text();
    const named = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    const script = named.find((path) => path.endsWith(".js"))!;
    const modules = [...(await (await get(script)).text()).matchAll(/from "\.(\/[^"]+)"/g)].map(
      ([, path]) => path!,
    );
    expect(named.length + modules.length).toBeGreaterThan(6);
    for (const path of [...named, ...modules, "/socket-worker.js"]) {
      const response = await get(path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get("content-type"), path).toMatch(/^(text\/(css|javascript)|image\/svg\+xml)/);
      expect(response.headers.get("x-content-type-options"), path).toBe("nosniff");
    }
  });

  test.each(["/nothing", "/index.html/..%2f", "/page.ts", "/page", "/__proto__"])(
    "%s is 404",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    },
  );

  test("POST is 405", async () => {
    const { port } = server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    socket.end("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    const [chunk] = await once(socket, "data");
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 405 /);
    socket.destroy();
  });
});
