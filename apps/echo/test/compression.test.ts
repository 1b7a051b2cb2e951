import { launchChromium } from "@exws/processes";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEcho } from "../src/echo.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Runs in the page: sends texts and bytes of many sizes and says what was agreed and which echoes were right. */
async function converse(url: string): Promise<{ extensions: string; wrong: string[]; code: number }> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const next = () =>
    new Promise<unknown>((resolve) =>
      socket.addEventListener("message", ({ data }) => resolve(data), { once: true }),
    );
  const wrong: string[] = [];
  for (const size of [0, 1, 100, 1_023, 1_024, 5_000, 40_000, 70_000, 300_000]) {
    const json = JSON.stringify({ list: Array.from({ length: size / 10 }, (_, i) => `item ${i} žluťoučký`) });
    socket.send(json);
    if ((await next()) !== json) wrong.push(`text of ${size}`);
    // Every second octet is noise: neither all of it nor nothing can be compressed.
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i % 2 === 0 ? Math.random() * 256 : 7));
    socket.send(bytes);
    const echo = new Uint8Array((await next()) as ArrayBuffer);
    if (echo.length !== size || echo.some((octet, i) => octet !== bytes[i])) wrong.push(`bytes of ${size}`);
  }
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener("close", ({ code }) => resolve(code), { once: true }),
  );
  socket.close(1000);
  return { extensions: socket.extensions, wrong, code: await closed };
}

test("Chromium agrees to permessage-deflate, and everything comes back as it went", async () => {
  const server = await startEcho({
    host: "127.0.0.1",
    port: 0,
    origin: "same",
    maxMessage: 67_108_864,
    deflate: true,
  });
  const page = await browser.newPage();
  await page.goto(server.url.replace("ws", "http"));
  const result = await page.evaluate(converse, server.url);
  await server.close();
  expect(result).toEqual({
    extensions: expect.stringMatching(/^permessage-deflate\b/),
    wrong: [],
    code: 1000,
  });
});
