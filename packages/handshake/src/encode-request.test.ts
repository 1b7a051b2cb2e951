import { expect, test } from "vitest";
import { text } from "../test/support/bytes.ts";
import { encodeRequest } from "./encode-request.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

test("a handshake needs a host and a key", () => {
  expect(text(encodeRequest({ host: "a:8080", key }))).toBe(
    "GET / HTTP/1.1\r\nHost: a:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
});

test("offers, origin and headers follow", () => {
  const offer = {
    host: "a",
    target: "/ws?b=%20",
    key,
    protocols: ["b", "a"],
    extensions: [{ name: "x", params: [] }],
    origin: "https://a",
    headers: { Authorization: "Bearer c" },
  };
  const sent = text(encodeRequest(offer));
  expect(sent).toContain("GET /ws?b=%20 HTTP/1.1\r\n");
  expect(sent).toContain(
    "Version: 13\r\nSec-WebSocket-Protocol: b, a\r\nSec-WebSocket-Extensions: x\r\nOrigin: https://a\r\n" +
      "Authorization: Bearer c\r\n\r\n",
  );
});

test.each([
  ["host", { host: "" }],
  ["host", { host: "a\r\nb" }],
  ["host", { host: "a/b" }],
  ["target", { target: "" }],
  ["target", { target: "ws" }],
  ["target", { target: "/a b" }],
  ["target", { target: "/a#b" }],
  ["target", { target: "/\u0161" }],
  ["key", { key: "a" }],
  ["protocols", { protocols: ["a b"] }],
  ["protocols", { protocols: [""] }],
  ["protocols", { protocols: ["a", "a"] }],
  ["extension", { extensions: [{ name: "a,b", params: [] }] }],
  ["origin", { origin: "a\r\nb" }],
  ["Host", { headers: { Host: "b" } }],
  ["Origin", { headers: { Origin: "b" } }],
  ["Upgrade", { headers: { Upgrade: "h2c" } }],
])("a bad %s is a TypeError that names it", (name, change) => {
  expect(() => encodeRequest({ host: "a", key, ...change })).toThrow(TypeError);
  expect(() => encodeRequest({ host: "a", key, ...change })).toThrow(name);
});
