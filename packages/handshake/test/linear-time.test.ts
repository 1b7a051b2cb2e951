import { describe, expect, test } from "vitest";
import { FieldLines } from "../src/field-lines.ts";
import type { StartLine } from "../src/head-decoder.ts";
import { checkOrigin, HandshakeError, parseExtensions } from "../src/index.ts";
import { RequestLine } from "../src/request-line.ts";
import { StatusLine } from "../src/status-line.ts";
import { parseSubprotocols } from "../src/subprotocol.ts";
import { latin1 } from "./support/bytes.ts";

/** The octets, and how often one of them was read. */
function counted(octets: string): { bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const source = latin1(octets);
  const bytes = new Proxy(source, {
    get(target, name) {
      if (typeof name === "string" && name.charCodeAt(0) <= 0x39) reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { bytes, reads: () => reads };
}

type Scanner = Pick<StartLine, "scan" | "done">;

function fieldLines(): Scanner {
  const lines = new FieldLines(1 << 20, 1 << 20);
  lines.begin(0);
  return lines;
}

describe("heads are read octet by octet without looking back", () => {
  const size = 20_000;
  test.each<[string, () => Scanner, string]>([
    ["a long target", () => new RequestLine(size * 2), `GET /${"a".repeat(size)} HTTP/1.1\r\n`],
    ["a long method", () => new RequestLine(size * 2), `${"A".repeat(size)} / HTTP/1.1\r\n`],
    ["a long reason", () => new StatusLine(size * 2), `HTTP/1.1 101 ${" ".repeat(size)}\r\n`],
    ["a long header", fieldLines, `a: ${"b".repeat(size)}\r\n\r\n`],
    ["a long header name", fieldLines, `${"a".repeat(size)}: b\r\n\r\n`],
    ["a header of spaces", fieldLines, `a:${" ".repeat(size)}\r\n\r\n`],
    ["a header that ends in spaces", fieldLines, `a: b${" ".repeat(size)}\r\n\r\n`],
    ["many headers", fieldLines, `${"a:\r\n".repeat(size / 4)}\r\n`],
  ])("%s", (_, make, octets) => {
    for (const step of [1, 2, octets.length]) {
      const { bytes, reads } = counted(octets);
      const scanner = make();
      let at = 0;
      for (let end = step; !scanner.done; end = Math.min(end + step, octets.length))
        at = scanner.scan(bytes, at, end);
      expect(at).toBe(octets.length);
      // Each octet is looked at a few times where it stands; with a second walk over the line it would be
      // thousands.
      expect(reads()).toBeLessThan(octets.length * 6);
    }
  });
});

describe("lists and origins take time in proportion to their length", () => {
  /** The least of several times, so that what else the machine does counts little. */
  function time(run: () => void): number {
    const times = Array.from({ length: 7 }, () => {
      const start = performance.now();
      for (let i = 0; i < 20; i++) run();
      return performance.now() - start;
    });
    return Math.min(...times);
  }

  const refused = (run: () => unknown) => () => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
    }
  };

  test.each<[string, (size: number) => () => void]>([
    ["spaces in a list of subprotocols", (n) => refused(() => parseSubprotocols(`a${" ".repeat(n)}b`))],
    ["spaces, one between items", (n) => refused(() => parseSubprotocols("a , ".repeat(n / 4)))],
    ["one long subprotocol", (n) => refused(() => parseSubprotocols("a".repeat(n)))],
    ["commas", (n) => refused(() => parseExtensions(",".repeat(n)))],
    ["parameters", (n) => refused(() => parseExtensions(`a${";b".repeat(n / 2)}`))],
    ["a quoted value of spaces", (n) => refused(() => parseExtensions(`a;b="${" ".repeat(n)}"`))],
    ["a quoted value that never ends", (n) => refused(() => parseExtensions(`a;b="${"c".repeat(n)}`))],
    ["backslashes", (n) => refused(() => parseExtensions(`a;b="${"\\".repeat(n)}`))],
    ["quotes", (n) => refused(() => parseExtensions(`a;b=${'"'.repeat(n)}`))],
    [
      "a long origin",
      (n) => () => checkOrigin(`https://${"a.".repeat(n / 2)}`, "same", { host: "a", secure: false }),
    ],
  ])("%s", (_, make) => {
    const [small, large] = [1 << 14, 1 << 18];
    const run = { small: make(small), large: make(large) };
    time(run.large); // Compiled before it is measured.
    // 16 times the input: 16 times the time if linear, 256 times if quadratic. A floor keeps noise out of
    // tiny times.
    expect(time(run.large)).toBeLessThan(Math.max(time(run.small), 0.2) * 16 * 4);
  });
});
