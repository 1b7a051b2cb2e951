import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { acceptKey, isKey } from "./accept-key.ts";

test("the key of RFC 6455 §1.3 is answered as there", () => {
  expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("keys are answered as node:crypto does it", () => {
  for (let i = 0; i < 200; i++) {
    const key = randomBytes(16).toString("base64");
    const sha1 = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    expect(acceptKey(key)).toBe(sha1);
  }
});

test("the spare bits of the last character may be anything", () => {
  for (const last of "QRSTUVWXYZabcdef") expect(isKey(`dGhlIHNhbXBsZSBub25jZ${last}==`)).toBe(true);
});

test.each([
  "",
  "dGhlIHNhbXBsZSBub25jZQ=",
  "dGhlIHNhbXBsZSBub25jZQ===",
  "dGhlIHNhbXBsZSBub25jZQ=A",
  "dGhlIHNhbXBsZSBub25jZ===",
  "=GhlIHNhbXBsZSBub25jZQ==",
  "dGhlIHNhbXBsZSB_b25jZQ==",
  "dGhlIHNhbXBsZSB b25jZQ==",
  "dGhlIHNhbXBsZSB\xe9b25jZQ==",
  "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
])("%j is no key", (text) => {
  expect(isKey(text)).toBe(false);
  expect(() => acceptKey(text)).toThrow(TypeError);
});
