import { expect, test } from "vitest";
import { parseAuthority } from "./authority.ts";

test.each([
  ["example.com", "example.com", undefined],
  ["EXAMPLE.com:8080", "example.com", 8080],
  ["example.com.", "example.com.", undefined],
  ["a_b-c~d.example:65535", "a_b-c~d.example", 65535],
  ["localhost:", "localhost", undefined],
  ["127.0.0.1:0", "127.0.0.1", 0],
  ["[::1]", "[::1]", undefined],
  ["[2001:DB8::192.0.2.1]:443", "[2001:db8::192.0.2.1]", 443],
  ["xn--bcher-kva.example", "xn--bcher-kva.example", undefined],
])("%s is a host", (text, host, port) => {
  expect(parseAuthority(text)).toEqual({ host, port });
});

test.each([
  "",
  ":80",
  ".",
  ".example.com",
  "a..b",
  "example.com/",
  "example.com/ws",
  "user@example.com",
  "exam ple.com",
  "example.com, evil.example",
  "example.com:80:80",
  "example.com:port",
  "example.com:-1",
  "example.com:65536",
  "example.com:123456",
  "example.com:000443",
  "example.com:8 ",
  "b\xfccher.example",
  "example.com%2fevil",
  "example.com?x",
  "example.com#x",
  "[]",
  "[:]",
  "[::1",
  "[::g]",
  "[::1]x",
  "[::1%25eth0]",
  "::1",
  "a".repeat(256),
])("%j is no host", (text) => {
  expect(parseAuthority(text)).toBeUndefined();
});
