import { expect, test } from "vitest";
import { text } from "../test/support/bytes.ts";
import { encodeAccept } from "./encode-accept.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

test("the handshake of RFC 6455 §1.3 is answered as there", () => {
  expect(text(encodeAccept({ key, protocol: "chat" }))).toBe(
    "HTTP/1.1 101 Switching Protocols\r\n" +
      "Upgrade: websocket\r\n" +
      "Connection: Upgrade\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
      "Sec-WebSocket-Protocol: chat\r\n\r\n",
  );
});

test("extensions and headers follow, latin1 as it is", () => {
  const extensions = [{ name: "x", params: [{ name: "a", value: "1" }] }];
  const headers = [
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=\xe9"],
  ] as const;
  expect(text(encodeAccept({ key, extensions, headers }))).toContain(
    "+xOo=\r\nSec-WebSocket-Extensions: x; a=1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=\xe9\r\n\r\n",
  );
  expect(text(encodeAccept({ key, extensions: [], headers: {} }))).not.toContain("Extensions");
});

test("what cannot be sent is a TypeError", () => {
  expect(() => encodeAccept({ key: "" })).toThrow("key");
  for (const protocol of ["", "a b", "a\r\n", "a, b", "\u0161"]) {
    expect(() => encodeAccept({ key, protocol })).toThrow(TypeError);
  }
  expect(() => encodeAccept({ key, extensions: [{ name: "a\r\nb", params: [] }] })).toThrow(TypeError);
  expect(() => encodeAccept({ key, headers: { "Sec-WebSocket-Protocol": "a" } })).toThrow(TypeError);
});
