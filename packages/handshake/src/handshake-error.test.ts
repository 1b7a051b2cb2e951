import { expect, test } from "vitest";
import { HandshakeError, type HandshakeErrorCode } from "./handshake-error.ts";

/** Every code and its statuses, the first one by default. A new code is a new line here. */
const statuses: Record<HandshakeErrorCode, readonly number[]> = {
  request_line: [400, 414],
  method: [405],
  path: [404, 400],
  protocol: [505],
  headers: [400, 431],
  host: [400],
  expect: [417],
  upgrade: [426],
  connection: [426],
  version: [426],
  key: [400],
  subprotocol: [400],
  extensions: [400],
  origin: [403],
  status_line: [502],
  status: [502],
  accept: [502],
};

test.each(Object.entries(statuses) as [HandshakeErrorCode, readonly number[]][])(
  "%s has its statuses, a clause and a message that cites it",
  (code, allowed) => {
    expect(new HandshakeError(code).status).toBe(allowed[0]);
    for (const status of allowed) {
      const error = new HandshakeError(code, status);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: "HandshakeError", code, status });
      expect(error.section).toMatch(/^RFC \d{4} §[\d.]+$/);
      expect(error.message.endsWith(` (${error.section})`)).toBe(true);
    }
  },
);

test("a status that does not go with the code is a RangeError", () => {
  expect(() => new HandshakeError("key", 200)).toThrow(RangeError);
});

test("the headers are those that the status demands", () => {
  expect(new HandshakeError("key").headers).toEqual([]);
  expect(new HandshakeError("method").headers).toEqual([["Allow", "GET"]]);
  for (const code of ["upgrade", "connection"] as const) {
    expect(new HandshakeError(code).headers).toEqual([["Upgrade", "websocket"]]);
  }
  expect(new HandshakeError("version").headers).toEqual([
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
  ]);
});
