import { expect, test } from "vitest";
import { everyCut, latin1, text } from "../test/support/bytes.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { RequestLimits } from "./request-limits.ts";
import { ResponseDecoder } from "./response-decoder.ts";

/** What becomes of octets however they are cut: the response, or the code and status of the error. */
function decode(octets: string, limits?: Partial<RequestLimits>) {
  const told = new Set<string>();
  for (const pieces of everyCut(latin1(octets))) {
    const decoder = new ResponseDecoder(limits);
    for (const piece of pieces) decoder.push(piece);
    try {
      const head = decoder.next();
      if (head === undefined) told.add('"waiting"');
      else {
        const { response, rest } = head;
        told.add(JSON.stringify({ ...response, headers: [...response.headers], rest: text(rest) }));
        expect(decoder.next()).toBeUndefined();
      }
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      told.add(JSON.stringify(`${error.code} ${error.status}`));
    }
  }
  expect(told.size).toBe(1);
  return JSON.parse([...told][0]!);
}

test("a response comes out as it was sent, with the frames behind it", () => {
  expect(decode("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nx:\r\n\r\n\x81\x01a")).toEqual({
    httpVersion: "1.1",
    status: 101,
    reason: "Switching Protocols",
    headers: [
      ["upgrade", "websocket"],
      ["x", ""],
    ],
    rest: "\x81\x01a",
  });
});

test("any status, an empty reason and one in latin1 are read, HTTP/1.0 too", () => {
  expect(decode("HTTP/1.0 403 \r\n\r\n")).toMatchObject({
    httpVersion: "1.0",
    status: 403,
    reason: "",
    rest: "",
  });
  expect(decode("HTTP/1.1 599 pas trouv\xe9\r\n\r\n")).toMatchObject({
    status: 599,
    reason: "pas trouv\xe9",
  });
});

test.each([
  "\r\nHTTP/1.1 101 a\r\n\r\n",
  "HTTP/2 101 a\r\n\r\n",
  "HTTP/1.x 101 a\r\n\r\n",
  "http/1.1 101 a\r\n\r\n",
  "HTTP/1.1  101 a\r\n\r\n",
  "HTTP/1.1 10 a\r\n\r\n",
  "HTTP/1.1 1010 a\r\n\r\n",
  "HTTP/1.1 101\r\n\r\n",
  "HTTP/1.1 101 a\n\n",
  "HTTP/1.1 101 a\rb\r\n\r\n",
  "HTTP/1.1 101 a\0b\r\n\r\n",
  "\x15\x03\x01\0\x02\x02\x46",
])("the status line of %j is refused", (octets) => {
  expect(decode(octets)).toBe("status_line 502");
});

test("headers are read as strictly as those of a request", () => {
  expect(decode("HTTP/1.1 101 a\r\nb : c\r\n\r\n")).toBe("headers 400");
  expect(decode("HTTP/1.1 101 a\r\nb: c\r\n d\r\n\r\n")).toBe("headers 400");
});

test("limits are exact", () => {
  const octets = "HTTP/1.1 101 abc\r\nd: e\r\n\r\n";
  const sizes = { requestLine: 16, headerBytes: 6, headerCount: 1 };
  expect(decode(octets, sizes)).toMatchObject({ reason: "abc" });
  expect(decode(octets, { ...sizes, requestLine: 15 })).toBe("status_line 502");
  expect(decode(octets, { ...sizes, headerBytes: 5 })).toBe("headers 431");
  expect(() => new ResponseDecoder({ headerCount: 0 })).toThrow(RangeError);
});

test("a part of a chunk can be pushed", () => {
  const chunk = latin1("zHTTP/1.1 101 a\r\n\r\nbz");
  const decoder = new ResponseDecoder();
  decoder.push(chunk, 1, chunk.length - 1);
  expect(text(decoder.next()!.rest)).toBe("b");
});
