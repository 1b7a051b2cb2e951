import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { type PerMessageDeflateOptions, WebSocket as WsClient } from "ws";
import { type PermessageDeflateOptions, permessageDeflate } from "../src/index.ts";
import { echoServer } from "./support/echo-server.ts";
import { json, noise } from "./support/messages.ts";

/** Short and long, compressible and not, the same again, and empty. */
const messages = [
  json(1_000),
  new Uint8Array(0),
  json(1_000),
  noise(3_000),
  json(100_000),
  json(1_000),
  noise(60_000),
  new Uint8Array(200_000),
  json(40_000),
  Uint8Array.of(0),
].map((message) => Buffer.from(message));

const flags = [false, true];
/** Who takes over context, and the largest windows. */
const servers: PermessageDeflateOptions[] = [
  [false, false, 15] as const,
  [true, false, 15] as const,
  [false, true, 15] as const,
  [true, true, 15] as const,
  [true, true, 9] as const,
].map(([serverContextTakeover, clientContextTakeover, bits]) => ({
  threshold: 0,
  serverContextTakeover,
  clientContextTakeover,
  serverMaxWindowBits: bits,
  clientMaxWindowBits: bits,
}));
/** `clientNoContextTakeover: false` would have ws refuse what RFC 7692 §7.1.1.2 has every client support. */
const clients: PerMessageDeflateOptions[] = flags.flatMap((serverNoContextTakeover) =>
  flags.flatMap((clientNoContextTakeover) =>
    [undefined, 9, 15].flatMap((serverMaxWindowBits) =>
      [undefined, true, 10].map((clientMaxWindowBits) => ({
        threshold: 0,
        serverNoContextTakeover,
        ...(clientNoContextTakeover && { clientNoContextTakeover }),
        ...(serverMaxWindowBits !== undefined && { serverMaxWindowBits }),
        ...(clientMaxWindowBits !== undefined && { clientMaxWindowBits: clientMaxWindowBits as number }),
      })),
    ),
  ),
);

describe("ws, with every combination that it can offer", () => {
  test.each(servers)("to a server with %j", async (options) => {
    for (const perMessageDeflate of clients) {
      await using server = await echoServer(permessageDeflate(options));
      const client = new WsClient(server.url, { perMessageDeflate });
      await once(client, "open");
      expect(client.extensions).toBe("permessage-deflate");
      const received: Buffer[] = [];
      const all = new Promise<void>((resolve, reject) => {
        client.on("error", reject);
        client.on("message", (data: Buffer) => {
          received.push(data);
          if (received.length === messages.length) resolve();
        });
      });
      for (const message of messages) client.send(message);
      await all;
      expect(received).toEqual(messages);
      expect(server.echoed.compressedIn).toBe(messages.length);
      expect(server.echoed.compressedOut).toBeGreaterThanOrEqual(6);
      client.close();
      await once(client, "close");
    }
  });
});

describe("Node's own WebSocket", () => {
  test.each(servers)("with a server with %j", async (options) => {
    await using server = await echoServer(permessageDeflate(options));
    const client = new WebSocket(server.url);
    client.binaryType = "arraybuffer";
    await once(client, "open");
    expect(client.extensions).toContain("permessage-deflate");
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve, reject) => {
      client.addEventListener("error", reject);
      client.addEventListener("message", ({ data }) => {
        received.push(Buffer.from(data as ArrayBuffer));
        if (received.length === messages.length) resolve();
      });
    });
    for (const message of messages) client.send(new Uint8Array(message));
    await all;
    expect(received).toEqual(messages);
    expect(server.echoed.compressedOut).toBeGreaterThanOrEqual(6);
    client.close();
    await once(client, "close");
  });
});
