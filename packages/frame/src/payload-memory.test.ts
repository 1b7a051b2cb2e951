import { expect, test } from "vitest";
import { commonMemory } from "./payload-memory.ts";

const allocate = commonMemory.take;

test("memory has the length asked for and is zeroed, whatever was written into earlier pieces", () => {
  for (const length of [0, 1, 64, 65, 66, 71, 72, 1000, 8192, 8193, 65_536, 100_000]) {
    for (let i = 0; i < 20; i++) {
      const bytes = allocate(length);
      expect(bytes.length).toBe(length);
      expect(bytes.every((octet) => octet === 0)).toBe(true);
      bytes.fill(0xff);
    }
  }
});

test("pieces do not overlap", () => {
  const pieces = Array.from({ length: 500 }, (_, i) => allocate(100 + (i % 200)).fill(i & 0xff));
  for (const [i, piece] of pieces.entries()) expect(piece.every((octet) => octet === (i & 0xff))).toBe(true);
});

test("a piece holds on to 64 KiB at most beyond its size", () => {
  for (let length = 0; length < 70_000; length += 97) {
    const bytes = allocate(length);
    expect(bytes.buffer.byteLength - length).toBeLessThanOrEqual(65_536);
  }
});

test("small pieces share memory, one after the other, at whole words", () => {
  const pieces = Array.from({ length: 10 }, () => allocate(101));
  expect(new Set(pieces.map((piece) => piece.buffer)).size).toBeLessThanOrEqual(2);
  for (const piece of pieces) expect(piece.byteOffset % 8).toBe(0);
});

test("a receiver that transfers the shared memory away does not break what comes later", () => {
  const taken = allocate(200);
  structuredClone(taken, { transfer: [taken.buffer] });
  expect(taken.length).toBe(0);
  expect(allocate(200).length).toBe(200);
});
