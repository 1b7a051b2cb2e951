import { describe, expect, test } from "vitest";
import { checkOrigin } from "../src/index.ts";
import { receiveCut } from "./support/requests.ts";

/** Handshakes in the form that programs in use send them. */
const clients: Record<string, readonly string[]> = {
  Chrome: [
    "Connection: Upgrade",
    "Pragma: no-cache",
    "Cache-Control: no-cache",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Upgrade: websocket",
    "Origin: http://localhost:4545",
    "Sec-WebSocket-Version: 13",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-US,en;q=0.9",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  ],
  Firefox: [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Accept: */*",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Sec-WebSocket-Version: 13",
    "Origin: http://localhost:4545",
    "Sec-WebSocket-Protocol: chat, superchat",
    "Sec-WebSocket-Extensions: permessage-deflate",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Connection: keep-alive, Upgrade",
    "Sec-Fetch-Dest: empty",
    "Sec-Fetch-Mode: websocket",
    "Sec-Fetch-Site: same-origin",
    "Pragma: no-cache",
    "Cache-Control: no-cache",
    "Upgrade: websocket",
  ],
  "nginx as a proxy": [
    "Upgrade: websocket",
    "Connection: upgrade",
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Proto: https",
    "origin: https://localhost:4545",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version: 13",
    "sec-websocket-extensions: permessage-deflate; client_max_window_bits",
  ],
  curl: [
    "User-Agent: curl/8.14.1",
    "Accept: */*",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Connection: Upgrade",
  ],
};

describe("programs in use get in, however their handshake is cut", () => {
  test.each(Object.entries(clients))("%s", (_, headers) => {
    const octets = ["GET /chat?room=1 HTTP/1.1", "Host: localhost:4545", ...headers, "", ""].join("\r\n");
    const outcome = receiveCut(octets);
    if (outcome.type !== "accepted") throw new Error(JSON.stringify(outcome));
    expect(outcome).toMatchObject({ request: { path: "/chat", query: "room=1" }, rest: "" });
    expect(checkOrigin(outcome.upgrade.origin, "same", { host: "localhost:4545", secure: false })).toBe(true);
  });
});
