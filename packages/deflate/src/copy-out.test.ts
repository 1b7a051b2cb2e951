import { expect, test } from "vitest";
import { copyOut } from "./copy-out.ts";

test("a copy stays as it is when the buffer is used again, and so do its neighbours", () => {
  const buffer = new Uint8Array(70_000);
  const copies: Uint8Array[] = [];
  for (let i = 0; i < 300; i += 1) {
    buffer.fill(i);
    copies.push(copyOut(buffer, i * 3));
  }
  for (const [i, copy] of copies.entries()) expect(copy).toEqual(new Uint8Array(i * 3).fill(i));
});

test("small copies share 64 KiB, large ones have memory of their own", () => {
  const buffer = new Uint8Array(70_000);
  expect(copyOut(buffer, 8_192).buffer.byteLength).toBe(65_536);
  expect(copyOut(buffer, 8_193).buffer.byteLength).toBe(8_193);
  expect(copyOut(buffer, 0)).toHaveLength(0);
});
