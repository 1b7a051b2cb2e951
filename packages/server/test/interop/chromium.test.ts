import { createServer } from "node:http";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cert, key } from "../support/certificate.ts";
import { attached, portOf, startHttp } from "../support/http-server.ts";
import { type Running, start, type TestOptions } from "../support/start.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env["EXWS_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
});
afterAll(() => browser.close());

/** A page at an address; what it does with WebSockets is up to the test. */
async function pageAt(url: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  // Connections go with the page: before the server is checked for what is left.
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const options: TestOptions = {
  protocols: ["chat"],
  request: () => ({ headers: { "Content-Type": "text/html" }, body: "<!doctype html><title>page</title>" }),
  handler: {
    message(connection, data) {
      if (data === "close") connection.close(4003, "as you wish");
      else connection.write(data);
    },
  },
};

/** Runs in the page: one connection, in which everything is tried. */
async function conversation(url: string): Promise<unknown> {
  const socket = new WebSocket(url, ["other", "chat"]);
  socket.binaryType = "arraybuffer";
  const received: MessageEvent[] = [];
  let wake = (): void => {};
  socket.onmessage = (event) => {
    received.push(event);
    wake();
  };
  const next = async (): Promise<string | ArrayBuffer> => {
    while (received.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return received.shift()!.data;
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onclose = reject;
  });
  const seen: Record<string, unknown> = { protocol: socket.protocol, extensions: socket.extensions };
  socket.send("κόσμε 👋");
  seen["text"] = await next();
  socket.send(Uint8Array.of(0, 127, 128, 255));
  seen["bytes"] = [...new Uint8Array((await next()) as ArrayBuffer)];
  socket.send(new Blob(["blob"]));
  seen["blob"] = new TextDecoder().decode((await next()) as ArrayBuffer);
  socket.send("");
  seen["empty"] = await next();
  const megabyte = "m".repeat(1_048_576);
  socket.send(megabyte);
  seen["megabyte"] = (await next()) === megabyte;
  const many = Array.from({ length: 500 }, (_, i) => `${i}`);
  for (const data of many) socket.send(data);
  const back: unknown[] = [];
  while (back.length < many.length) back.push(await next());
  seen["many"] = back.join() === many.join();
  const closed = new Promise<{ code: number; reason: string; wasClean: boolean }>((resolve) => {
    socket.onclose = resolve;
  });
  socket.send("close");
  const { code, reason, wasClean } = await closed;
  seen["close"] = { code, reason, wasClean };
  return seen;
}

const expected = {
  protocol: "chat",
  extensions: "",
  text: "κόσμε 👋",
  bytes: [0, 127, 128, 255],
  blob: "blob",
  empty: "",
  megabyte: true,
  many: true,
  close: { code: 4003, reason: "as you wish", wasClean: true },
};

/** Runs in the page: connects, closes when it can, and tells how it ended. */
function connectAndClose({ url, code }: { url: string; code: number }): Promise<unknown> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.onopen = () => socket.close(code, "leaving");
    socket.onclose = (event) => resolve({ code: event.code, wasClean: event.wasClean });
  });
}

const pageOf = ({ server }: Running): string => server.url.replace(/^ws/, "http");

describe("Chromium", () => {
  test("on the page of the server's own port", async () => {
    const running = await start(options);
    const page = await pageAt(pageOf(running));
    expect(await page.evaluate(conversation, running.server.url)).toEqual(expected);
  });

  test("with TLS", async () => {
    const running = await start({ ...options, tls: { key, cert } });
    const page = await pageAt(pageOf(running));
    expect(await page.evaluate(conversation, running.server.url)).toEqual(expected);
  });

  test("on a page of node:http", async () => {
    const http = await startHttp(
      undefined,
      createServer((_, response) => response.end("<!doctype html>")),
    );
    attached(http, { path: "/ws", ...options });
    const page = await pageAt(`http://127.0.0.1:${portOf(http)}`);
    expect(await page.evaluate(conversation, `ws://127.0.0.1:${portOf(http)}/ws`)).toEqual(expected);
  });

  test.each([1000, 3000, 4999])("closes with %i", async (code) => {
    const running = await start(options);
    const page = await pageAt(pageOf(running));
    expect(await page.evaluate(connectAndClose, { url: running.server.url, code })).toEqual({
      code,
      wasClean: true,
    });
    expect((await running.log.next("closed")).value).toEqual({
      code,
      reason: "leaving",
      wasClean: true,
      by: "peer",
    });
  });

  test("a page of another origin is refused, one on the list is let in", async () => {
    const strange = await start(options);
    const page = await pageAt(pageOf(strange));
    const guarded = await start(options);
    expect(await page.evaluate(connectAndClose, { url: guarded.server.url, code: 1000 })).toMatchObject({
      code: 1006,
    });
    expect(guarded.log.count("open")).toBe(0);
    const open = await start({ ...options, origin: [pageOf(strange)] });
    expect(await page.evaluate(connectAndClose, { url: open.server.url, code: 1000 })).toMatchObject({
      code: 1000,
    });
  });

  test("a page that is left is 1001, and its server's shutdown is 1001 in the page", async () => {
    const running = await start(options);
    const page = await pageAt(pageOf(running));
    const opened = running.log.next("open");
    await page.evaluate((url) => void new WebSocket(url), running.server.url);
    await opened;
    await page.goto("about:blank");
    expect((await running.log.next("closed")).value).toMatchObject({ code: 1001, by: "peer" });

    await page.goto(pageOf(running));
    const ended = page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onclose = ({ code, wasClean }) => resolve({ code, wasClean });
        }),
      running.server.url,
    );
    await running.log.next("open");
    expect(await running.server.close()).toEqual({ closed: 1, terminated: 0 });
    expect(await ended).toEqual({ code: 1001, wasClean: true });
  });
});
