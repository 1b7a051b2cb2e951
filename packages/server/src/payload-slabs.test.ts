import { receiveBuffer } from "@exws/frame";
import { expect, test } from "vitest";
import { PayloadSlabs } from "./payload-slabs.ts";

const lengths = [0, 1, 64, 65, 66, 71, 72, 1000, 8192, 16_384, 16_385, 65_536, 100_000];
const received = receiveBuffer();

test("memory has the length asked for", () => {
  const memory = new PayloadSlabs();
  for (const length of lengths) {
    for (let i = 0; i < 20; i++) {
      expect(memory.take(length).length).toBe(length);
      expect(memory.takeWhole(length).length).toBe(length);
    }
  }
});

test("pieces do not overlap, nor do short ones that are unmasked on the way", () => {
  const memory = new PayloadSlabs();
  const pieces = Array.from({ length: 900 }, (_, i) => {
    if (i % 3 > 0) return memory.take((i * 37) % 300).fill(i & 0xff);
    received.fill((i & 0xff) ^ 0x55);
    return memory.takeUnmasked(received, i % 300, i % 65, 0x55555555)!;
  });
  for (const [i, piece] of pieces.entries()) expect(piece.every((octet) => octet === (i & 0xff))).toBe(true);
});

test("short payloads of every length are unmasked by the whole key, from any octet of the source", () => {
  const memory = new PayloadSlabs();
  received.set(Uint8Array.from({ length: received.length }, (_, i) => i * 7));
  for (const start of [0, 1, 2, 3, 4, 5, received.length - 64]) {
    for (let length = 0; length <= 64; length++) {
      const bytes = memory.takeUnmasked(received, start, length, 0x9a3b_c1d7 | 0)!;
      expect([...bytes]).toEqual(
        [...received.subarray(start, start + length)].map(
          (octet, i) => octet ^ [0x9a, 0x3b, 0xc1, 0xd7][i & 3]!,
        ),
      );
    }
  }
});

test("other memory than the receive buffer is not read word by word", () => {
  expect(new PayloadSlabs().takeUnmasked(new Uint8Array(100), 0, 20, 1)).toBe(undefined);
});

test("a piece holds on to 64 KiB at most beyond its size, and to 8 KiB when it is of 64 octets or fewer", () => {
  const memory = new PayloadSlabs();
  for (let length = 0; length < 70_000; length += length < 200 ? 1 : 97) {
    const beyond = memory.take(length).buffer.byteLength - length;
    expect(beyond).toBeLessThanOrEqual(length <= 64 ? 8_192 : 65_536);
    expect(memory.takeWhole(length).buffer.byteLength).toBe(length);
  }
});

test("pieces of up to 16 KiB share memory, one after the other, at whole words", () => {
  const memory = new PayloadSlabs();
  for (const length of [11, 101]) {
    const pieces = Array.from({ length: 10 }, () => memory.take(length));
    expect(new Set(pieces.map((piece) => piece.buffer)).size).toBe(1);
    for (const piece of pieces) expect(piece.byteOffset % 8).toBe(0);
  }
  const four = Array.from({ length: 4 }, () => new PayloadSlabs().take(16_384));
  expect(new Set(four.map((piece) => piece.buffer)).size, "of each memory its own").toBe(4);
  const other = new PayloadSlabs();
  expect(new Set(Array.from({ length: 4 }, () => other.take(16_384).buffer)).size).toBe(1);
});

test("memory that is shared cannot be transferred to a thread with what others have in it; memory of its own can", () => {
  const memory = new PayloadSlabs();
  for (const length of [0, 8, 200]) {
    const { buffer } = memory.take(length);
    expect(() => structuredClone(buffer, { transfer: [buffer] })).toThrow();
  }
  const large = memory.take(20_000).fill(7);
  expect(structuredClone(large, { transfer: [large.buffer] })).toEqual(new Uint8Array(20_000).fill(7));
});

test("a handler that takes the shared memory away all the same does not break what comes later", () => {
  const memory = new PayloadSlabs();
  for (const length of [0, 8, 200]) {
    const taken = memory.take(length);
    try {
      (taken.buffer as unknown as { transfer(): ArrayBuffer }).transfer();
      expect(taken.length).toBe(0);
    } catch (error) {
      // Newer lines of Node do not let it.
      expect(error).toBeInstanceOf(TypeError);
      expect(taken.length).toBe(length);
    }
    expect(memory.take(length).length).toBe(length);
  }
});

test("memory that was given back is borrowed again when it is large enough", () => {
  const memory = new PayloadSlabs();
  const first = memory.borrow(100_000);
  const second = memory.borrow(200_000);
  memory.giveBack(first);
  memory.giveBack(second);
  expect(memory.borrow(150_000)).toBe(second);
  expect(memory.borrow(150_000).length).toBe(150_000);
});

test("4 MiB at most are kept ready to be borrowed", () => {
  const memory = new PayloadSlabs();
  const pieces = Array.from({ length: 9 }, () => memory.borrow(524_288));
  const huge = memory.borrow(4_194_305);
  memory.giveBack(huge);
  for (const piece of pieces) memory.giveBack(piece);
  const again = Array.from({ length: 9 }, () => memory.borrow(65_536));
  expect(again.filter((piece) => pieces.includes(piece)).length).toBe(8);
  expect(again).not.toContain(huge);
});
