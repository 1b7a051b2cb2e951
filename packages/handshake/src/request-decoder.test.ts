import { describe, expect, test } from "vitest";
import { everyCut, latin1, text } from "../test/support/bytes.ts";
import { HandshakeError } from "./handshake-error.ts";
import { RequestDecoder } from "./request-decoder.ts";
import type { RequestLimits } from "./request-limits.ts";

const octets =
  "GET /chat?room=1?&x=%20 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nx-value: \t a  b \t\r\nX-EMPTY: c\r\n\r\n";

function decode(octets: string, limits?: Partial<RequestLimits>) {
  const decoder = new RequestDecoder(limits);
  decoder.push(latin1(octets));
  return decoder.next();
}

/** The status that octets are refused with, however they are cut; 0 when they are not. */
function refusal(octets: string, limits?: Partial<RequestLimits>): number {
  const statuses = new Set<number>();
  for (const pieces of everyCut(latin1(octets))) {
    const decoder = new RequestDecoder(limits);
    for (const piece of pieces) decoder.push(piece);
    try {
      decoder.next();
      statuses.add(0);
    } catch (error) {
      statuses.add((error as HandshakeError).status);
    }
  }
  expect(statuses.size).toBe(1);
  return [...statuses][0]!;
}

test("a request comes out as it was sent", () => {
  const { request } = decode(octets)!;
  expect(request).toMatchObject({
    method: "GET",
    target: "/chat?room=1?&x=%20",
    path: "/chat",
    query: "room=1?&x=%20",
    httpVersion: "1.1",
  });
  expect([...request.headers]).toEqual([
    ["host", "a"],
    ["x-empty", ""],
    ["x-value", "a  b"],
    ["x-empty", "c"],
  ]);
});

test("a request without headers is a request", () => {
  expect(decode("GET / HTTP/1.1\r\n\r\n")!.request).toMatchObject({ path: "/", query: "" });
});

test("a decoder that was reset knows nothing of what it read before, be it whole, half, taken or refused", () => {
  const before = [
    octets,
    "\r\nPOST /longer/than/that?x HTTP/1.0\r\nA: \xe9\r\nB: ",
    "GET / HTTP/1.1\r\n: x",
    `${octets}rest`,
  ];
  const decoder = new RequestDecoder();
  for (const first of before) {
    for (const take of [true, false]) {
      decoder.reset();
      decoder.push(latin1(first));
      if (take && !first.includes("\n:")) decoder.next();
      decoder.reset();
      expect(decoder.next()).toBeUndefined();
      const frames = "\x81";
      decoder.push(latin1(octets + frames));
      const { request, rest } = decoder.next()!;
      expect(request).toEqual(decode(octets)!.request);
      expect([...request.headers]).toEqual([...decode(octets)!.request.headers]);
      expect(text(rest)).toBe(frames);
    }
  }
});

test("the octets after the head come with it, however all is cut", () => {
  const frames = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  for (const pieces of everyCut(latin1(octets + frames))) {
    const decoder = new RequestDecoder();
    for (const piece of pieces) decoder.push(piece);
    expect(text(decoder.next()!.rest)).toBe(frames);
  }
});

test("a part of a chunk can be pushed, and the chunk be used again at once", () => {
  const chunk = latin1(`zz${octets}\x81\0zz`);
  const decoder = new RequestDecoder();
  decoder.push(chunk, 2, 20);
  decoder.push(chunk, 20, chunk.length - 2);
  chunk.fill(0);
  const { request, rest } = decoder.next()!;
  expect(request.target).toBe("/chat?room=1?&x=%20");
  expect(request.headers.get("x-value")).toBe("a  b");
  expect([...rest]).toEqual([0x81, 0]);
});

test("a Node Buffer, whose slices are views, is copied as well", () => {
  for (const place of [0, 20]) {
    const chunk = Buffer.from(latin1(`${octets}\x81\0`));
    const decoder = new RequestDecoder();
    decoder.push(chunk, 0, place);
    decoder.push(chunk, place);
    chunk.fill(0x2a);
    expect([...decoder.next()!.rest]).toEqual([0x81, 0]);
  }
});

test("empty chunks change nothing", () => {
  const decoder = new RequestDecoder();
  decoder.push(new Uint8Array(0));
  decoder.push(latin1(octets.slice(0, 10)));
  decoder.push(new Uint8Array(0));
  decoder.push(latin1(octets.slice(10)));
  decoder.push(new Uint8Array(0));
  expect(decoder.next()!.rest).toHaveLength(0);
});

test("the request is given once, and then the decoder is done", () => {
  const decoder = new RequestDecoder();
  expect(decoder.next()).toBeUndefined();
  decoder.push(latin1(octets));
  decoder.push(latin1("a"));
  decoder.push(latin1("b"));
  expect(text(decoder.next()!.rest)).toBe("ab");
  expect(decoder.next()).toBeUndefined();
  expect(() => decoder.push(latin1("c"))).toThrow(TypeError);
});

test("a decoder that failed stays failed with the same error", () => {
  const decoder = new RequestDecoder();
  decoder.push(latin1("GET / HTTP/1.1\r\nbad\r\n"));
  decoder.push(latin1(octets));
  const errors = [1, 2].map(() => {
    try {
      return decoder.next();
    } catch (error) {
      return error;
    }
  });
  expect(errors[0]).toBeInstanceOf(HandshakeError);
  expect(errors[0]).toBe(errors[1]);
});

describe("limits are exact", () => {
  test("a request line of just the limit is read, one octet more is not", () => {
    const octets = "GET /1234567 HTTP/1.1\r\n\r\n"; // 21 octets
    expect(refusal(octets, { requestLine: 21 })).toBe(0);
    for (let requestLine = 1; requestLine <= 20; requestLine++)
      expect(refusal(octets, { requestLine })).toBe(414);
    expect(refusal(`\r\n${octets}`, { requestLine: 21 })).toBe(0);
    expect(refusal(`\r\n${octets}`, { requestLine: 20 })).toBe(414);
  });

  test("headers of just the limit are read, one octet more is not", () => {
    const octets = "GET / HTTP/1.1\r\nA: 1\r\nBc:  2 \r\n\r\n"; // 6 + 9 octets
    expect(refusal(octets, { headerBytes: 15 })).toBe(0);
    for (let headerBytes = 1; headerBytes <= 14; headerBytes++)
      expect(refusal(octets, { headerBytes })).toBe(431);
    expect(refusal("GET / HTTP/1.1\r\n\r\n", { headerBytes: 1 })).toBe(0);
  });

  test("as many headers as the limit are read, one more is not", () => {
    const octets = "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n";
    expect(refusal(octets, { headerCount: 2 })).toBe(0);
    expect(refusal(octets, { headerCount: 1 })).toBe(431);
  });

  test("a head that fills all limits at once is read when it comes octet by octet", () => {
    const line = `GET /${"a".repeat(86)} HTTP/1.1`;
    const header = `B: ${"c".repeat(1195)}`;
    expect(refusal(`\r\n${line}\r\n${header}\r\n\r\nrest`, { requestLine: 100, headerBytes: 1200 })).toBe(0);
  });

  test("a limit that is none is the caller's fault", () => {
    expect(() => new RequestDecoder({ headerBytes: 0 })).toThrow(RangeError);
  });
});
