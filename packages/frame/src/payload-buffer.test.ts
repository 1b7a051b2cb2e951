import { describe, expect, test } from "vitest";
import { PayloadBuffer } from "./payload-buffer.ts";
import { commonMemory, type PayloadMemory } from "./payload-memory.ts";

const octets = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** Announces and appends as much. */
function add(buffer: PayloadBuffer, length: number, last = false): void {
  buffer.expect(length, last);
  buffer.append(octets(length), 0, length, 0, 0);
}

describe("capacity", () => {
  test("is none before the first octet, whatever was announced", () => {
    const buffer = new PayloadBuffer(1_000_000, commonMemory);
    buffer.expect(1_000_000, true);
    buffer.append(octets(0), 0, 0, 0, 0);
    expect([buffer.length, buffer.capacity]).toEqual([0, 0]);
  });

  test("is what was announced, but at most sixteen times what came, and 256 at first", () => {
    const buffer = new PayloadBuffer(1_000_000, commonMemory);
    buffer.expect(1_000_000, true);
    const capacities = [1, 255, 1, 767, 1, 300_000].map((length) => {
      buffer.append(octets(length), 0, length, 0, 0);
      return buffer.capacity;
    });
    expect(capacities).toEqual([256, 256, 4112, 4112, 4112, 1_000_000]);
  });

  test("is exact when the last octets come with their announcement", () => {
    const buffer = new PayloadBuffer(1_000_000, commonMemory);
    add(buffer, 1000);
    expect(buffer.capacity).toBe(1000);
    add(buffer, 500, true);
    expect(buffer.capacity).toBe(1500);
    expect(buffer.take().buffer.byteLength).toBe(1500);
  });

  test("doubles while more may be announced, up to the limit", () => {
    const buffer = new PayloadBuffer(3000, commonMemory);
    const capacities = [10, 300, 300, 600, 1200, 590].map((length) => {
      add(buffer, length);
      return buffer.capacity;
    });
    expect(capacities).toEqual([256, 512, 1024, 2048, 3000, 3000]);
    expect(buffer.length).toBe(3000);
  });

  test("doubles also when every fragment is announced in one piece and comes in two", () => {
    const buffer = new PayloadBuffer(1_000_000, commonMemory);
    add(buffer, 10_000);
    buffer.expect(2, false);
    buffer.append(octets(1), 0, 1, 0, 0);
    expect(buffer.capacity).toBe(20_000);
  });
});

describe("the payload", () => {
  test("is all that was appended, unmasked by the phase of each piece", () => {
    const buffer = new PayloadBuffer(1000, commonMemory);
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
      const buffer = new PayloadBuffer(1_000_000, commonMemory);
      add(buffer, first);
      add(buffer, second);
      const payload = buffer.take();
      expect(payload.length).toBe(first + second);
      expect(payload.subarray(first)).toEqual(octets(second));
      expect(payload.buffer.byteLength - payload.length).toBe(spare);
    }
  });
});

describe("memory that is borrowed", () => {
  /** Lends 1 MB at least; what was lent and given back, and what is asked for otherwise, is in the log. */
  function lender(): { memory: PayloadMemory; log: string[] } {
    const log: string[] = [];
    const memory: PayloadMemory = {
      ...commonMemory,
      takeWhole(length) {
        log.push(`whole ${length}`);
        return commonMemory.takeWhole(length);
      },
      borrow(length) {
        log.push(`borrow ${length}`);
        return new Uint8Array(Math.max(length, 1_000_000));
      },
      giveBack(bytes) {
        log.push(`back ${bytes.length}`);
      },
    };
    return { memory, log };
  }

  test("is given back when the payload is released", () => {
    const { memory, log } = lender();
    const buffer = new PayloadBuffer(2_000_000, memory, false);
    buffer.expect(100_000, true);
    const bytes = octets(100_000);
    buffer.append(bytes, 0, 100, 0, 0);
    buffer.append(bytes, 100, 50_000, 0, 100);
    buffer.append(bytes, 50_000, 100_000, 0, 50_000);
    expect(buffer.take()).toEqual(bytes);
    expect(buffer.take().buffer, "it is not copied to be rid of the rest").toBe(buffer.bytes.buffer);
    buffer.release();
    expect(log).toEqual(["borrow 1600", "back 0", "back 1000000"]);
    expect(buffer.capacity).toBe(0);
  });

  test("is given back when it has to grow", () => {
    const { memory, log } = lender();
    const buffer = new PayloadBuffer(10_000_000, memory, false);
    add(buffer, 70_000);
    add(buffer, 1_200_000);
    expect(log).toEqual(["borrow 70000", "back 0", "borrow 2000000", "back 1000000"]);
    expect(buffer.take()).toEqual(Uint8Array.from([...octets(70_000), ...octets(1_200_000)]));
    buffer.release();
    expect(log.slice(4)).toEqual(["back 2000000"]);
  });

  test("is none where the payload is kept, and none is given back", () => {
    const { memory, log } = lender();
    const buffer = new PayloadBuffer(1_000_000, memory);
    add(buffer, 100_000, true);
    buffer.take();
    buffer.release();
    expect(log).toEqual(["whole 100000"]);
  });
});
