import { describe, expect, test } from "vitest";
import { bytewise, concat, hex, utf8 } from "../test/support/bytes.ts";
import { frame, someKey } from "../test/support/wire.ts";
import type { Role } from "./check-header.ts";
import { FrameReader } from "./frame-reader.ts";
import { applyMask } from "./mask.ts";
import { commonMemory, type PayloadMemory } from "./payload-memory.ts";

const hello = hex("81 85 37fa213d 7f9f4d5158");

function push(reader: FrameReader, bytes: Uint8Array): void {
  reader.push(bytes, 0, bytes.length);
}

describe("memory that is handed in", () => {
  const asked: number[] = [];
  const memory: PayloadMemory = {
    ...commonMemory,
    takeUnmasked(source, start, length, key) {
      asked.push(length);
      if (length > 5) return undefined;
      const bytes = new Uint8Array(source.subarray(start, start + length));
      applyMask(bytes, key);
      return bytes;
    },
  };

  test.each([
    ["unmasks a short payload itself", "hello", [5]],
    ["may leave a short payload to us", "hello world", [11]],
    ["is not asked to unmask a longer one", "x".repeat(65), []],
  ])("%s", (_, text, lengths) => {
    asked.length = 0;
    const reader = new FrameReader("server", 0, memory);
    push(reader, frame({ opcode: 1, payload: utf8(text), key: someKey }));
    expect(reader.advance()).toBe(true);
    expect(reader.takePayload()).toEqual(utf8(text));
    expect(asked).toEqual(lengths);
  });
});

describe("pieces", () => {
  test("a frame that is all there is one piece, still masked", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    push(reader, hello);
    expect(reader.advance()).toBe(true);
    expect(reader).toMatchObject({ fin: true, rsv: 0, opcode: 1, length: 5, maskKey: 0x37fa213d });
    expect(reader).toMatchObject({ isFirst: true, isLast: true, offset: 0 });
    expect(reader.chunk.subarray(reader.start, reader.end)).toEqual(hex("7f9f4d5158"));
    expect(reader.advance()).toBe(false);
    expect(reader.isInsideFrame).toBe(false);
  });

  test("a frame that is cut gives a piece for each chunk, with its place in the payload", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    const pieces: unknown[] = [];
    for (const chunk of [
      hello.subarray(0, 3),
      hello.subarray(3, 6),
      hello.subarray(6, 8),
      hello.subarray(8),
    ]) {
      push(reader, chunk);
      while (reader.advance()) {
        pieces.push([reader.isFirst, reader.isLast, reader.offset, reader.end - reader.start]);
      }
      expect(reader.isInsideFrame).toBe(chunk !== hello && !(pieces.at(-1) as boolean[] | undefined)?.[1]);
    }
    // The header alone is a piece too: limits are checked there.
    expect(pieces).toEqual([
      [true, false, 0, 0],
      [false, false, 0, 2],
      [false, true, 2, 3],
    ]);
  });

  test("an empty frame is one empty piece", () => {
    const reader = new FrameReader("client", 0, commonMemory);
    push(reader, hex("8900 8a00"));
    for (const opcode of [9, 10]) {
      expect(reader.advance()).toBe(true);
      expect(reader).toMatchObject({ opcode, length: 0, isFirst: true, isLast: true });
    }
    expect(reader.advance()).toBe(false);
  });

  test("control frames do not end a fragmented message", () => {
    const reader = new FrameReader("client", 0, commonMemory);
    push(reader, hex("0100 8900 8000"));
    const fragmented: boolean[] = [];
    while (reader.advance()) fragmented.push(reader.fragmented);
    expect(fragmented).toEqual([true, true, false]);
  });
});

describe("takePayload", () => {
  test.each([0, 5, 300])("gives %i octets whole, unmasked, from one chunk and from many", (length) => {
    const payload = Uint8Array.from({ length }, (_, i) => i & 0xff);
    const bytes = frame({ opcode: 2, payload, key: someKey });
    for (const chunks of [[bytes], bytewise(bytes)]) {
      const reader = new FrameReader("server", 0, commonMemory);
      const taken: Uint8Array[] = [];
      for (const chunk of chunks) {
        push(reader, chunk);
        while (reader.advance()) {
          const whole = reader.takePayload();
          expect(whole !== undefined).toBe(reader.isLast);
          if (whole !== undefined) taken.push(whole);
        }
      }
      expect(taken).toEqual([payload]);
      expect(reader.retainedBytes).toBe(0);
    }
  });

  test("holds what has come until then, and lets go of it on stop", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    push(reader, hello.subarray(0, 8));
    reader.advance();
    expect(reader.takePayload()).toBeUndefined();
    expect(reader.retainedBytes).toBe(5);
    reader.stop();
    expect(reader.retainedBytes).toBe(0);
    expect(reader.chunk.length).toBe(0);
  });
});

describe("chunks", () => {
  test("pushed before the earlier one was read are joined", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    const stream = concat(hello, hello, hello);
    push(reader, stream);
    reader.advance();
    for (let round = 0; round < 5; round++) for (const chunk of bytewise(stream)) push(reader, chunk);
    let frames = 1;
    while (reader.advance()) {
      expect(reader.takePayload()).toEqual(utf8("Hello"));
      frames++;
    }
    expect(frames).toBe(18);
  });

  test("that are joined are not written to, not even after an earlier joining", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    const readBuffer = new Uint8Array(100).fill(0xee);
    readBuffer.set(hello);
    const before = readBuffer.slice();
    for (let round = 0; round < 3; round++) {
      reader.push(readBuffer, 0, hello.length);
      reader.push(hello, 0, hello.length);
      for (let i = 0; i < 2; i++) {
        expect(reader.advance()).toBe(true);
        expect(reader.takePayload()).toEqual(utf8("Hello"));
      }
      expect(reader.advance()).toBe(false);
    }
    expect(readBuffer).toEqual(before);
  });

  test("are let go of when they have been read", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    push(reader, hello);
    while (reader.advance());
    expect(reader.chunk).not.toBe(hello);
    expect(reader.chunk.length).toBe(0);
  });

  test("of no octets change nothing", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    for (const octet of bytewise(hello)) {
      push(reader, octet);
      reader.push(hello, 3, 3);
      reader.push(hello, hello.length, hello.length);
      if (!reader.advance()) continue;
      reader.takePayload();
      expect(reader.advance()).toBe(false);
      reader.push(hello, 0, 0);
    }
    expect(reader.isInsideFrame).toBe(false);
  });

  test("that are no Uint8Array are a TypeError, bounds outside of it a RangeError", () => {
    const reader = new FrameReader("server", 0, commonMemory);
    for (const chunk of ["text", new ArrayBuffer(4), [1, 2], new Uint16Array(2), null]) {
      expect(() => reader.push(chunk as unknown as Uint8Array, 0, 0)).toThrow(TypeError);
    }
    for (const [start, end] of [
      [-1, 2],
      [0, 12],
      [3, 2],
      [Number.NaN, 2],
      [0, Number.NaN],
    ] as const) {
      expect(() => reader.push(hello, start, end), `${start} ${end}`).toThrow(RangeError);
    }
  });
});

test("an option that cannot be is refused by name", () => {
  for (const role of ["Server", "", undefined]) {
    expect(() => new FrameReader(role as unknown as Role, 0, commonMemory)).toThrow(
      new TypeError('role has to be "server" or "client"'),
    );
  }
  for (const rsv of [-1, 8, 1.5, Number.NaN, "4"]) {
    expect(() => new FrameReader("server", rsv as number, commonMemory)).toThrow(
      new RangeError(`rsv has to be an integer from 0 to 7; got ${rsv}`),
    );
  }
});
