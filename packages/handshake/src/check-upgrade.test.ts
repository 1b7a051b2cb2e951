import { expect, test } from "vitest";
import { checkHttp } from "./check-http.ts";
import { checkRequest, checkUpgrade, wantsUpgrade } from "./check-upgrade.ts";
import { HandshakeError } from "./handshake-error.ts";
import { requestFromParts } from "./request.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const good = ["Host", "a", "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Key", key];
const request = (...headers: string[]) =>
  requestFromParts("GET", "/", "1.1", [...good, "Sec-WebSocket-Version", "13", ...headers]);

test("a good request gives what it asks for", () => {
  expect(checkRequest(request())).toEqual({ key, protocols: [], extensions: [], origin: undefined });
  expect(
    checkRequest(
      request(
        ...["Sec-WebSocket-Protocol", "b", "Sec-WebSocket-Protocol", "a", "Origin", "null"],
        ...["Sec-WebSocket-Extensions", "x; y", "Sec-WebSocket-Extensions", "z"],
      ),
    ),
  ).toEqual({
    key,
    protocols: ["b", "a"],
    extensions: [
      { name: "x", params: [{ name: "y", value: true }] },
      { name: "z", params: [] },
    ],
    origin: "null",
  });
});

test("a request with Upgrade or a key wants an upgrade, others are plain HTTP", () => {
  expect(wantsUpgrade(request())).toBe(true);
  expect(wantsUpgrade(requestFromParts("GET", "/", "1.1", ["Upgrade", "h2c"]))).toBe(true);
  expect(wantsUpgrade(requestFromParts("GET", "/", "1.1", ["Sec-WebSocket-Key", ""]))).toBe(true);
  expect(wantsUpgrade(requestFromParts("GET", "/", "1.1", ["Connection", "Upgrade"]))).toBe(false);
});

test("plain HTTP can be judged apart from the upgrade", () => {
  const plain = requestFromParts("GET", "/", "1.1", ["Host", "a"]);
  expect(() => checkHttp(plain)).not.toThrow();
  expect(() => checkUpgrade(plain)).toThrow(HandshakeError);
  expect(() => checkHttp(requestFromParts("GET", "/", "1.1", ["Host", "a", "Expect", ""]))).toThrow(
    HandshakeError,
  );
});

test.each([
  ["upgrade", "websocket", true],
  ["upgrade", ", websocket,,", true],
  ["upgrade", "h2c/2.0,\tWEBSOCKET", true],
  ["upgrade", "websocket/", false],
  ["upgrade", "/websocket", false],
  ["upgrade", "web socket, websocket", false],
  ["upgrade", '"websocket"', false],
  ["upgrade", "", false],
  ["connection", "upgrade, upgrade", true],
  ["connection", "Upgrade;x", false],
  ["connection", `${"a,".repeat(32)}upgrade`, false],
])("%s: %s names what it must: %s", (name, value, taken) => {
  const headers = [...request().headers].map(([other, old]) => [other, other === name ? value : old]);
  const changed = requestFromParts("GET", "/", "1.1", headers.flat());
  if (taken) expect(checkUpgrade(changed).key).toBe(key);
  else expect(() => checkUpgrade(changed)).toThrow(new HandshakeError(name as "upgrade" | "connection"));
});
