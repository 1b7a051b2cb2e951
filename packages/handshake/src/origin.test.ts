import { expect, test } from "vitest";
import { parseOrigin } from "./origin.ts";

test.each([
  ["https://app.example.com", "https", "app.example.com", 443],
  ["http://app.example.com", "http", "app.example.com", 80],
  ["HTTPS://APP.EXAMPLE.COM:443", "https", "app.example.com", 443],
  ["http://[::1]:8080", "http", "[::1]", 8080],
  ["ws://a", "ws", "a", 80],
  ["wss://a", "wss", "a", 443],
  ["chrome-extension://abcdefghijklmnop", "chrome-extension", "abcdefghijklmnop", undefined],
  ["capacitor+x.1://localhost", "capacitor+x.1", "localhost", undefined],
])("%s is an origin", (text, scheme, host, port) => {
  expect(parseOrigin(text)).toEqual({ scheme, host, port });
});

test.each([
  "",
  "null",
  "example.com",
  "//example.com",
  "://example.com",
  "https://",
  "https:/example.com",
  "https://example.com/",
  "https://example.com/ws",
  "https://example.com.",
  "https://example.com.:443",
  "https://user@example.com",
  "https://user:secret@example.com",
  "https://b\xfccher.example",
  "https://a, https://b",
  "https://a https://b",
  " https://a",
  "ht tps://a",
  "h\xe9://a",
  `${"a".repeat(65)}://b`,
  `https://${"a".repeat(10_000)}`,
])("%j is no origin", (text) => {
  expect(parseOrigin(text)).toBeUndefined();
});
