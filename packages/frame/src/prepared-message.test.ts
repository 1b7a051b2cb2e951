import { expect, test } from "vitest";
import { frame } from "../test/support/wire.ts";
import { binary, isPrepared, PreparedMessage, text } from "./prepared-message.ts";

test.each([0, 1, 125, 126, 65_535, 65_536])(
  "a message of %i octets is one unmasked frame, and knows its payload",
  (size) => {
    const data = Uint8Array.from({ length: size }, (_, i) => i & 0x7f);
    const string = new TextDecoder().decode(data);
    for (const [message, opcode] of [
      [binary(data), 2],
      [text(string), 1],
    ] as const) {
      expect(message).toBeInstanceOf(PreparedMessage);
      expect(message.type).toBe(opcode === 1 ? "text" : "binary");
      expect(message.bytes).toEqual(frame({ opcode, payload: data }));
      expect(message.payload).toEqual(data);
      expect(message.payload.buffer).toBe(message.bytes.buffer);
    }
  },
);

test("the bytes are copied: what the caller does with them later changes nothing", () => {
  const data = Uint8Array.of(1, 2, 3);
  const message = binary(data);
  data.fill(9);
  expect(message.payload).toEqual(Uint8Array.of(1, 2, 3));
});

test("two texts do not share memory", () => {
  const first = text("first");
  text("later");
  expect(new TextDecoder().decode(first.payload)).toBe("first");
});

test("lone surrogates become U+FFFD", () => {
  expect(text("\udc00").payload).toEqual(Uint8Array.of(0xef, 0xbf, 0xbd));
});

test("anything but a string or octets is no text, anything but a Uint8Array not binary: a TypeError", () => {
  for (const data of [5, null, new Uint16Array(2), { length: 2 }])
    expect(() => text(data as string)).toThrow(TypeError);
  for (const data of [5, null, "ab", [1], new ArrayBuffer(2), new Uint16Array(2)]) {
    expect(() => binary(data as unknown as Uint8Array)).toThrow(TypeError);
  }
});

test("isPrepared knows a message, also one of another copy of this package, and nothing else", () => {
  const { type, bytes, payload } = text("Hi");
  for (const message of [text("Hi"), binary(payload), { type, bytes, payload }])
    expect(isPrepared(message)).toBe(true);
  const others = [
    undefined,
    null,
    "text",
    bytes,
    {},
    { type: "ping", bytes, payload },
    { type, bytes: [1], payload },
    { type, bytes },
  ];
  for (const other of others) expect(isPrepared(other)).toBe(false);
});

test("text is framed from its octets too: the same frame, a copy, and only if they are UTF-8", () => {
  const octets = new TextEncoder().encode("žluťoučký");
  const message = text(octets);
  expect(message.type).toBe("text");
  expect(message.bytes).toEqual(text("žluťoučký").bytes);
  octets.fill(0);
  expect(message.bytes).toEqual(text("žluťoučký").bytes);
  expect(text(new Uint8Array(0)).bytes).toEqual(Uint8Array.of(0x81, 0x00));
  for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
    expect(() => text(Uint8Array.from(bad))).toThrow(new TypeError("text() takes valid UTF-8"));
  }
});
