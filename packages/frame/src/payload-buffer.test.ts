import { describe, expect, test } from "vitest";
import { PayloadBuffer } from "./payload-buffer.ts";

const octets = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** Announces and appends as much. */
function add(buffer: PayloadBuffer, length: number, last = false): void {
  buffer.expect(length, last);
  buffer.append(octets(length), 0, length, 0, 0);
}

describe("capacity", () => {
  test("is none before the first octet, whatever was announced", () => {
    const buffer = new PayloadBuffer(1_000_000);
    buffer.expect(1_000_000, true);
    buffer.append(octets(0), 0, 0, 0, 0);
    expect([buffer.length, buffer.capacity]).toEqual([0, 0]);
  });

  test("is what was announced, but at most four times what came, and 256 at first", () => {
    const buffer = new PayloadBuffer(1_000_000);
    buffer.expect(1_000_000, true);
    const capacities = [1, 255, 1, 767, 1, 300_000].map((length) => {
      buffer.append(octets(length), 0, length, 0, 0);
      return buffer.capacity;
    });
    expect(capacities).toEqual([256, 256, 1028, 1028, 1028, 1_000_000]);
  });

  test("is exact when the last octets come with their announcement", () => {
    const buffer = new PayloadBuffer(1_000_000);
    add(buffer, 1000);
    expect(buffer.capacity).toBe(1000);
    add(buffer, 500, true);
    expect(buffer.capacity).toBe(1500);
    expect(buffer.take().buffer.byteLength).toBe(1500);
  });

  test("doubles while more may be announced, up to the limit", () => {
    const buffer = new PayloadBuffer(3000);
    const capacities = [10, 300, 300, 600, 1200, 590].map((length) => {
      add(buffer, length);
      return buffer.capacity;
    });
    expect(capacities).toEqual([256, 512, 1024, 2048, 3000, 3000]);
    expect(buffer.length).toBe(3000);
  });

  test("doubles also when every fragment is announced in one piece and comes in two", () => {
    const buffer = new PayloadBuffer(1_000_000);
    add(buffer, 10_000);
    buffer.expect(2, false);
    buffer.append(octets(1), 0, 1, 0, 0);
    expect(buffer.capacity).toBe(20_000);
  });
});

describe("the payload", () => {
  test("is all that was appended, unmasked by the phase of each piece", () => {
    const buffer = new PayloadBuffer(1000);
    buffer.expect(7, true);
    const masked = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x11, 0x22, 0x33);
    for (const [start, end] of [
      [0, 3],
      [3, 3],
      [3, 4],
      [4, 7],
    ] as const) {
      buffer.append(masked, start, end, 0x11223344, start);
    }
    expect(buffer.length).toBe(7);
    expect(buffer.bytes.subarray(0, 7)).toEqual(new Uint8Array(7));
    expect(buffer.take()).toEqual(new Uint8Array(7));
  });

  test("is copied when more than 16 KiB of capacity are left over, and a view otherwise", () => {
    for (const [first, second, spare] of [
      [20_000, 100, 0],
      [10_000, 100, 9900],
    ] as const) {
      const buffer = new PayloadBuffer(1_000_000);
      add(buffer, first);
      add(buffer, second);
      const payload = buffer.take();
      expect(payload.length).toBe(first + second);
      expect(payload.subarray(first)).toEqual(octets(second));
      expect(payload.buffer.byteLength - payload.length).toBe(spare);
    }
  });
});
