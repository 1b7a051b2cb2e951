import { expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";

const frame = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
};

const stream = Buffer.concat([frame("one"), frame(""), frame("three"), frame("x".repeat(300))]);
const texts = ["one", "", "three", "x".repeat(300)];

test("frames come out as they went in, cut at every byte and byte by byte", () => {
  for (let at = 0; at <= stream.length; at++) {
    const reader = new FrameReader();
    const heard: string[] = [];
    for (const part of [stream.subarray(0, at), stream.subarray(at)]) {
      reader.push(part, (bytes) => heard.push(bytes.toString()));
    }
    expect(heard).toEqual(texts);
  }
  const reader = new FrameReader();
  const heard: string[] = [];
  for (const byte of stream) reader.push(Buffer.of(byte), (bytes) => heard.push(bytes.toString()));
  expect(heard).toEqual(texts);
});

test("a frame that is longer than allowed is an error when its length is known, the one before it is delivered", () => {
  const reader = new FrameReader(5);
  const heard: string[] = [];
  const bytes = Buffer.concat([frame("three"), frame("longer").subarray(0, 4)]);
  expect(() => reader.push(bytes, (one) => heard.push(one.toString()))).toThrow(RangeError);
  expect(heard).toEqual(["three"]);
});
