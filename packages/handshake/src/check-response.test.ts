import { expect, test } from "vitest";
import { checkResponse, type Offered } from "./check-response.ts";
import { HandshakeError, type HandshakeErrorCode } from "./handshake-error.ts";
import { HeaderMap } from "./header-map.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const offered: Offered = {
  key,
  protocols: ["a", "b"],
  extensions: [
    { name: "x", params: [] },
    { name: "y", params: [] },
  ],
};

const good: readonly (readonly [string, string])[] = [
  ["Upgrade", "WebSocket"],
  ["Connection", "keep-alive, Upgrade"],
  ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
];

/** The good answer with one header left out and others added. */
const response = (without: string, ...added: [string, string][]) => ({
  httpVersion: "1.1",
  status: 101,
  reason: "",
  headers: HeaderMap.fromRaw([...good.filter(([name]) => name !== without), ...added].flat()),
});

test("a good answer gives what was agreed", () => {
  expect(checkResponse(response(""), { key })).toEqual({ protocol: "", extensions: [] });
  const full = response("", ["Sec-WebSocket-Protocol", "b"], ["Sec-WebSocket-Extensions", "y; z=1"]);
  expect(checkResponse(full, offered)).toEqual({
    protocol: "b",
    extensions: [{ name: "y", params: [{ name: "z", value: "1" }] }],
  });
});

const [upgrade, connection, accept] = ["Upgrade", "Connection", "Sec-WebSocket-Accept"] as const;
const [protocol, extensions] = ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"] as const;

test.each<[HandshakeErrorCode, string, ReturnType<typeof response>]>([
  ["status", "another status", { ...response(""), status: 200 }],
  ["protocol", "another version of HTTP", { ...response(""), httpVersion: "1.0" }],
  ["upgrade", "no Upgrade", response(upgrade)],
  ["upgrade", "another Upgrade", response(upgrade, [upgrade, "h2c"])],
  ["upgrade", "a list as Upgrade", response(upgrade, [upgrade, "websocket, h2c"])],
  ["connection", "no Connection", response(connection)],
  ["connection", "another Connection", response(connection, [connection, "close"])],
  ["accept", "no accept", response(accept)],
  ["accept", "a wrong accept", response(accept, [accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOO="])],
  ["accept", "an accept in another case", response(accept, [accept, "S3PPLMBITXAQ9KYGZZHZRBK+XOO="])],
  ["accept", "the accept twice", response("", [accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="])],
  ["headers", "a body", response("", ["Content-Length", "0"])],
  ["headers", "a chunked body", response("", ["Transfer-Encoding", "chunked"])],
  ["subprotocol", "a subprotocol that was not offered", response("", [protocol, "c"])],
  ["subprotocol", "an empty subprotocol", response("", [protocol, ""])],
  ["subprotocol", "two subprotocols in one line", response("", [protocol, "a, b"])],
  ["subprotocol", "two subprotocols in two lines", response("", [protocol, "a"], [protocol, "a"])],
  ["extensions", "an extension that was not offered", response("", [extensions, "z"])],
  ["extensions", "a name of Object.prototype", response("", [extensions, "constructor"])],
  ["extensions", "an extension twice", response("", [extensions, "x, x; a"])],
  ["extensions", "two lines of extensions", response("", [extensions, "x"], [extensions, "y"])],
  ["extensions", "malformed extensions", response("", [extensions, "x;"])],
  ["extensions", "no extension at all", response("", [extensions, ""])],
])("%s: %s fails the handshake", (code, _, answer) => {
  expect(() => checkResponse(answer, offered)).toThrow(new HandshakeError(code));
});

test("a subprotocol or extension nobody offered fails the handshake", () => {
  expect(() => checkResponse(response("", [protocol, "a"]), { key })).toThrow(HandshakeError);
  expect(() => checkResponse(response("", [extensions, "x"]), { key })).toThrow(HandshakeError);
});

test("a key that is none is the caller's fault", () => {
  expect(() => checkResponse(response(""), { key: "" })).toThrow(TypeError);
});
