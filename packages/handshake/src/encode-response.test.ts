import { describe, expect, test } from "vitest";
import { text } from "../test/support/bytes.ts";
import { encodeRejection, encodeResponse } from "./encode-response.ts";
import { HandshakeError } from "./handshake-error.ts";

describe("a plain response", () => {
  test("ends the connection and says how long it is", () => {
    expect(
      text(encodeResponse({ status: 200, headers: { "Content-Type": "text/html" }, body: "<p>hi" })),
    ).toBe(
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\nContent-Type: text/html\r\n\r\n<p>hi",
    );
  });

  test("a string is UTF-8 and says so, octets are sent as they are", () => {
    expect(text(encodeResponse({ status: 404, body: "\u00e9" }))).toBe(
      "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 2\r\n" +
        "Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xa9",
    );
    expect(text(encodeResponse({ status: 200, body: Uint8Array.of(0, 255) }))).toBe(
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n\0\xff",
    );
  });

  test("without a body the length is 0; 204 and 304 have none at all", () => {
    expect(text(encodeResponse({ status: 303, headers: { location: "/" } }))).toBe(
      "HTTP/1.1 303 See Other\r\nConnection: close\r\nContent-Length: 0\r\nlocation: /\r\n\r\n",
    );
    expect(text(encodeResponse({ status: 204 }))).toBe(
      "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    );
    expect(text(encodeResponse({ status: 304 }))).toBe(
      "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    );
    expect(() => encodeResponse({ status: 204, body: "a" })).toThrow(TypeError);
    expect(() => encodeResponse({ status: 304, body: Uint8Array.of(1) })).toThrow(TypeError);
  });

  test("the reason can be chosen and may be empty", () => {
    expect(text(encodeResponse({ status: 499 }))).toContain("HTTP/1.1 499 \r\n");
    expect(text(encodeResponse({ status: 200, reason: "F\xefne" }))).toContain("HTTP/1.1 200 F\xefne\r\n");
    for (const reason of ["a\r\nb: c", "\0", "\u010d\u010a", "\x7f"]) {
      expect(() => encodeResponse({ status: 200, reason })).toThrow("reason");
    }
  });

  test("426 says what to upgrade to", () => {
    expect(text(encodeResponse({ status: 426 }))).toBe(
      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: close, Upgrade\r\nContent-Length: 0\r\n\r\n",
    );
  });

  test("a status outside 200 to 599 is a RangeError", () => {
    for (const status of [0, 99, 100, 101, 199, 600, 1000, 200.5, Number.NaN, "200" as unknown as number]) {
      expect(() => encodeResponse({ status })).toThrow(RangeError);
    }
  });

  test("a header that would break it, or a body that is none, is a TypeError", () => {
    expect(() => encodeResponse({ status: 200, headers: { a: "b\r\n\r\nHTTP/1.1 200 OK" } })).toThrow(
      TypeError,
    );
    expect(() => encodeResponse({ status: 200, headers: { "content-length": "9" } })).toThrow(TypeError);
    for (const body of [7, {}, [1], { length: 5 }, null, new ArrayBuffer(2), new Float32Array(2)]) {
      expect(() => encodeResponse({ status: 200, body: body as string })).toThrow("body");
    }
  });

  test("a body of 1 MB is sent whole, and a view's own part of its buffer only", () => {
    const whole = encodeResponse({ status: 200, body: new Uint8Array(1_000_000).fill(65) });
    expect(text(whole.subarray(0, 80))).toContain("Content-Length: 1000000\r\n\r\nAA");
    expect(whole.at(-1)).toBe(65);
    const view = Uint8Array.from([1, 65, 66, 4]).subarray(1, 3);
    expect(text(encodeResponse({ status: 200, body: view }))).toMatch(/: 2\r\n\r\nAB$/);
  });
});

describe("a refusal", () => {
  test("an error of the handshake says which rule and its clause", () => {
    expect(text(encodeRejection(new HandshakeError("host")))).toBe(
      "HTTP/1.1 400 Bad Request\r\nError: host\r\nConnection: close\r\nContent-Length: 72\r\n" +
        "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
        "Host must be sent once, as a name and an optional port (RFC 9112 \xc2\xa73.2)\n",
    );
  });

  test("a version is refused with the one that is spoken", () => {
    expect(text(encodeRejection(new HandshakeError("version")))).toContain(
      "HTTP/1.1 426 Upgrade Required\r\nError: version\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Connection: close, Upgrade\r\n",
    );
  });

  test("405 has no body: it may answer HEAD", () => {
    expect(text(encodeRejection(new HandshakeError("method")))).toBe(
      "HTTP/1.1 405 Method Not Allowed\r\nError: method\r\nAllow: GET\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
  });

  test("an app's own word is sent with 400 unless it says otherwise", () => {
    expect(text(encodeRejection({ code: "invalid_token" }))).toBe(
      "HTTP/1.1 400 Bad Request\r\nError: invalid_token\r\nConnection: close\r\nContent-Length: 14\r\n" +
        "Content-Type: text/plain; charset=utf-8\r\n\r\ninvalid_token\n",
    );
    const headers = { "Retry-After": "5", "content-type": "application/json" };
    expect(text(encodeRejection({ code: "busy", status: 503, reason: "Busy", headers, body: "{}" }))).toBe(
      "HTTP/1.1 503 Busy\r\nError: busy\r\nConnection: close\r\nContent-Length: 2\r\n" +
        "Retry-After: 5\r\ncontent-type: application/json\r\n\r\n{}",
    );
    expect(text(encodeRejection({ code: "old", status: 426 }))).toContain("\r\nUpgrade: websocket\r\n");
  });

  test("what would break it is thrown at the caller", () => {
    for (const status of [99, 101, 200, 399, 600, 1000]) {
      expect(() => encodeRejection({ code: "a", status })).toThrow(RangeError);
    }
    for (const code of ["", " ", "a\r\nb: c", "\0", "\u010d\u010a"]) {
      expect(() => encodeRejection({ code })).toThrow(TypeError);
    }
    expect(() => encodeRejection({ code: "a", headers: { error: "b" } })).toThrow(TypeError);
    expect(() => encodeRejection({ code: "a", reason: "b\n" })).toThrow(TypeError);
  });
});
