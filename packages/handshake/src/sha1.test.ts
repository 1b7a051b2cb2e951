import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha1 } from "./sha1.ts";

test("every length around the blocks gives what node:crypto gives", () => {
  for (let length = 0; length < 400; length++) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 167 + length * 13) & 0xff);
    expect(Buffer.from(sha1(message)).toString("hex")).toBe(createHash("sha1").update(message).digest("hex"));
  }
});

test("a long message gives what node:crypto gives", () => {
  const message = new Uint8Array(1 << 20).fill(0xa5);
  expect(Buffer.from(sha1(message)).toString("hex")).toBe(createHash("sha1").update(message).digest("hex"));
});
