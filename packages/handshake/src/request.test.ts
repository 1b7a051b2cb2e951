import { expect, test } from "vitest";
import { HandshakeError } from "./handshake-error.ts";
import { parseTarget, requestFromParts } from "./request.ts";

test("a target is cut at its first question mark and nothing is decoded", () => {
  expect(parseTarget("/a/%2F/b?c=%20?d")).toEqual({ path: "/a/%2F/b", query: "c=%20?d" });
  expect(parseTarget("/a")).toEqual({ path: "/a", query: "" });
  expect(parseTarget("/a?")).toEqual({ path: "/a", query: "" });
});

test("a request that an HTTP server parsed is the same as one decoded here", () => {
  const request = requestFromParts("GET", "/ws?a", "1.1", ["Host", "a", "X", " b ", "x", "\xff"]);
  expect(request).toMatchObject({
    method: "GET",
    target: "/ws?a",
    path: "/ws",
    query: "a",
    httpVersion: "1.1",
  });
  expect([...request.headers]).toEqual([
    ["host", "a"],
    ["x", "b"],
    ["x", "\xff"],
  ]);
});

const refused = (...parts: Parameters<typeof requestFromParts>) => {
  try {
    requestFromParts(...parts);
  } catch (error) {
    if (error instanceof HandshakeError) return `${error.status} ${error.code}`;
    throw error;
  }
  return "taken";
};

test("limits are checked again, as exactly as by the decoder", () => {
  // "GET /1234567 HTTP/1.1" is 21 octets, "A: 1" and "Bc: 2" with their CRLFs 13.
  const headers = ["A", "1", "Bc", "2"];
  const sizes = { requestLine: 21, headerBytes: 13, headerCount: 2 };
  expect(refused("GET", "/1234567", "1.1", headers, sizes)).toBe("taken");
  expect(refused("GET", "/1234567", "1.1", headers, { ...sizes, requestLine: 20 })).toBe("414 request_line");
  expect(refused("GET", "/1234567", "1.1", headers, { ...sizes, headerBytes: 12 })).toBe("431 headers");
  expect(refused("GET", "/1234567", "1.1", headers, { ...sizes, headerCount: 1 })).toBe("431 headers");
  expect(() => requestFromParts("GET", "/", "1.1", [], { headerCount: -1 })).toThrow(RangeError);
});

test("syntax is checked again: the server may be set to be lenient", () => {
  expect(refused("G T", "/", "1.1", [])).toBe("400 request_line");
  for (const url of ["", "/a b", "/a#b", "/\xe9", "/\0", "/\u0161"])
    expect(refused("GET", url, "1.1", [])).toBe("400 path");
  for (const name of ["", "a b", "a:", "\u212a"])
    expect(refused("GET", "/", "1.1", [name, "b"])).toBe("400 headers");
  for (const value of ["a\0", "a\r\nb", "\x7f", "\u010d"]) {
    expect(refused("GET", "/", "1.1", ["a", value])).toBe("400 headers");
  }
});

test("raw headers that do not come in pairs are the caller's fault", () => {
  expect(() => requestFromParts("GET", "/", "1.1", ["a"])).toThrow(TypeError);
});
