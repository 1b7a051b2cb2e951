import { receiveBuffer } from "@exws/frame";
import { expect, test } from "vitest";
import { shortAscii } from "./short-ascii.ts";

const longestAscii = 32;
const key = 0x9a3b_c1d7 | 0;

function mask(octets: Uint8Array): Uint8Array {
  return octets.map((octet, i) => octet ^ ((key >>> (24 - 8 * (i & 3))) & 0xff));
}

/** The same in the receive buffer, anywhere in it, and in other memory. */
function* placesOf(octets: Uint8Array): Generator<[Uint8Array, number]> {
  const received = receiveBuffer();
  for (const at of [0, 1, 2, 3, received.length - octets.length]) {
    received.fill(0xff);
    received.set(octets, at);
    yield [received, at];
    yield [received.slice(), at];
  }
}

test("ASCII of every length becomes its string, wherever it stands, and the octets stay as they were", () => {
  for (let length = 0; length <= longestAscii; length++) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode((i * 41) & 0x7f)).join("");
    const octets = mask(Buffer.from(text));
    for (const [bytes, at] of placesOf(octets)) {
      expect(shortAscii(bytes, at, length, key)).toBe(text);
      expect([...bytes.subarray(at, at + length)]).toEqual([...octets]);
    }
    expect(shortAscii(Buffer.from(text), 0, length, 0)).toBe(text);
  }
});

test("one octet above 0x7F, at any place, makes it none", () => {
  for (let length = 1; length <= longestAscii; length++) {
    for (let at = 0; at < length; at++) {
      const octets = new Uint8Array(length).fill(0x7f);
      octets[at] = 0x80 | (at * 9);
      for (const [bytes, start] of placesOf(mask(octets)))
        expect(shortAscii(bytes, start, length, key)).toBe(undefined);
    }
  }
});

test("a string does not change when the next is made", () => {
  const one = shortAscii(Buffer.from("hello"), 0, 5, 0);
  shortAscii(Buffer.from("world"), 0, 5, 0);
  expect(one).toBe("hello");
});
