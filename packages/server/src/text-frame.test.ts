import { describe, expect, test } from "vitest";
import { frame } from "../test/support/frame-bytes.ts";
import { margin, maxHead, putAscii, putText, textFrame } from "./text-frame.ts";

const wire = (data: string): Buffer => frame({ opcode: 1, payload: data, key: null });
const lengths = [0, 1, 2, 3, 4, 5, 125, 126, 127, 4_000, 65_535, 65_536, 70_000];

describe("ASCII", () => {
  test("of every length is encoded as in RFC 6455 §5.2, with nothing written before it", () => {
    for (const length of lengths) {
      const data = "\u0000\u007fa".repeat(length).slice(0, length);
      const buffer = Buffer.alloc(3 + maxHead + length + margin, 0xee);
      const end = putAscii(buffer, 3, data);
      expect(buffer.subarray(3, end).equals(wire(data))).toBe(true);
      expect(buffer.subarray(0, 3)).toEqual(Buffer.of(0xee, 0xee, 0xee));
      expect(Buffer.from(textFrame(data)).equals(wire(data))).toBe(true);
    }
  });
});

describe("other text", () => {
  // Characters of two, three and four octets, and half a character.
  const others = ["\u0080", "é", "\u0800", "☃", "🐟", "\ud800", "\udc00"];

  test("is no ASCII, wherever its one other character stands, and in whatever number", () => {
    for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 125, 126, 4_000]) {
      for (const other of others) {
        const places = [0, 1, 2, 3, length - 4, length - 3, length - 2, length - 1];
        for (const at of places.filter((place) => place >= 0 && place < length)) {
          const data = "a".repeat(at) + other + "a".repeat(length - 1 - at);
          const buffer = Buffer.alloc(maxHead + data.length + margin);
          expect(putAscii(buffer, 0, data)).toBe(0);
          expect(Buffer.from(textFrame(data)).equals(wire(data))).toBe(true);
        }
        const buffer = Buffer.alloc(maxHead + other.length * length + margin);
        expect(putAscii(buffer, 0, other.repeat(length))).toBe(0);
      }
    }
  });

  test("is encoded with the length of its octets", () => {
    for (const length of lengths) {
      const data = Buffer.from("é☃🐟a".repeat(length).slice(0, length)).toString();
      const octets = Buffer.byteLength(data);
      const buffer = Buffer.alloc(2 + maxHead + octets);
      const end = putText(buffer, 2, data, octets);
      expect(buffer.subarray(2, end).equals(wire(data))).toBe(true);
      expect(Buffer.from(textFrame(data, octets)).equals(wire(data))).toBe(true);
      expect(Buffer.from(textFrame(data)).equals(wire(data))).toBe(true);
    }
  });
});
