import { expect, test } from "vitest";
import { encodeFrame, encodeMessage } from "./frame-writer.ts";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
const text = { opcode: 1, fin: true, rsv: 0 };

// RFC 6455 §5.7.
test.each([
  ["a text", text, undefined, "810548656c6c6f"],
  ["a masked text", text, 0x37fa213d, "818537fa213d7f9f4d5158"],
])("it writes %s as the RFC's example does", (_name, frame, key, octets) => {
  expect(hex(encodeFrame(frame, Buffer.from("Hello"), key))).toBe(octets);
});

test.each([
  [125, "827d"],
  [126, "827e007e"],
  [65_535, "827effff"],
  [65_536, "827f0000000000010000"],
])("the length %i takes the shortest form", (length, head) => {
  const octets = encodeFrame({ opcode: 2, fin: true, rsv: 0 }, new Uint8Array(length), undefined);
  expect(hex(octets.subarray(0, head.length / 2))).toBe(head);
  expect(octets.length).toBe(head.length / 2 + length);
});

test("it writes what no peer may send", () => {
  expect(hex(encodeFrame({ opcode: 15, fin: false, rsv: 7 }, Uint8Array.of(1), undefined))).toBe("7f0101");
});

test("a message whose length is a multiple of the fragment's ends with an empty frame", () => {
  const { octets, frames } = encodeMessage(1, Buffer.from("abcd"), 2, false, 4);
  expect(frames).toBe(3);
  expect(hex(octets)).toBe("410261620002636480" + "00");
});

test("a message that is not longer than a fragment is one frame", () => {
  expect(encodeMessage(1, Buffer.from("ab"), 2, false)).toEqual({
    octets: Buffer.from("81026162", "hex"),
    frames: 1,
  });
});

test("each frame of a message has a key of its own", () => {
  const { octets } = encodeMessage(2, new Uint8Array(8), 4, true);
  const keys = [octets.subarray(2, 6), octets.subarray(12, 16), octets.subarray(22, 26)].map(hex);
  expect(new Set(keys).size).toBe(3);
});
