import { describe, expect, test } from "vitest";
import { hex, utf8 } from "../test/support/bytes.ts";
import { frame, someKey } from "../test/support/wire.ts";
import { encodeBinary, encodeClose, encodeFrame, encodePing, encodePong, encodeText } from "./encode.ts";
import { Opcode } from "./opcode.ts";

const key = 0x37fa213d;
const sizes = [0, 1, 95, 96, 97, 125, 126, 127, 65_535, 65_536, 65_537];

describe("each kind of frame is the octets of RFC 6455 §5.2, with and without a key", () => {
  test.each(sizes)("text of %i octets", (size) => {
    const text = "é".repeat(size >> 1) + "x".repeat(size & 1);
    expect(encodeText(text)).toEqual(frame({ opcode: 1, payload: text }));
    expect(encodeText(text, key)).toEqual(frame({ opcode: 1, payload: text, key: someKey }));
  });

  test.each(sizes)("binary of %i octets, which stays as it was", (size) => {
    const data = Uint8Array.from({ length: size }, (_, i) => i & 0xff);
    const before = data.slice();
    expect(encodeBinary(data)).toEqual(frame({ opcode: 2, payload: before }));
    expect(encodeBinary(data, key)).toEqual(frame({ opcode: 2, payload: before, key: someKey }));
    expect(data).toEqual(before);
  });

  test("Ping and Pong, with and without a payload", () => {
    expect(encodePing()).toEqual(hex("89 00"));
    expect(encodePong()).toEqual(hex("8a 00"));
    expect(encodePing(hex("0102"), key)).toEqual(frame({ opcode: 9, payload: hex("0102"), key: someKey }));
    expect(encodePong(hex("0102"), key)).toEqual(frame({ opcode: 10, payload: hex("0102"), key: someKey }));
    expect(encodePing(undefined, 0)).toEqual(hex("89 80 00000000"));
  });

  test("Close, empty, with a code, with a reason", () => {
    expect(encodeClose()).toEqual(hex("88 00"));
    expect(encodeClose(1000)).toEqual(hex("88 02 03e8"));
    expect(encodeClose(1001, "bye")).toEqual(hex("88 05 03e9 627965"));
    expect(encodeClose(1001, "bye", key)).toEqual(
      frame({ opcode: 8, payload: hex("03e9 627965"), key: someKey }),
    );
    expect(encodeClose(undefined, undefined, key)).toEqual(frame({ opcode: 8, key: someKey }));
  });

  test("a fragment and reserved bits", () => {
    const payload = utf8("Hel");
    expect(encodeFrame({ fin: false, rsv: 4, opcode: Opcode.Text, payload })).toEqual(hex("41 03 48656c"));
    expect(encodeFrame({ fin: true, rsv: 7, opcode: Opcode.Continuation, payload })).toEqual(
      hex("f0 03 48656c"),
    );
  });
});

describe("keys", () => {
  test("may be signed or unsigned", () => {
    expect(encodeText("Hello", 0xdeadbeef)).toEqual(encodeText("Hello", 0xdeadbeef | 0));
  });

  test("of 0 mask too: the bit is set and the payload can be read", () => {
    expect(encodeText("Hi", 0)).toEqual(hex("81 82 00000000 4869"));
  });
});

test("a payload may be a view of anything, a shared one and one that can grow among them", () => {
  const octets = hex("0102030405");
  const shared = new Uint8Array(new SharedArrayBuffer(9), 2, 5);
  shared.set(octets);
  const resizable = new Uint8Array(Reflect.construct(ArrayBuffer, [5, { maxByteLength: 50 }]));
  resizable.set(octets);
  for (const payload of [
    octets,
    new Uint8Array(hex("ff0102030405ff").buffer, 1, 5),
    shared,
    resizable,
    Buffer.from(octets),
  ]) {
    expect(encodeBinary(payload)).toEqual(hex("82 05 0102030405"));
  }
});

test("the frame is in memory of its own, without anything beside it", () => {
  const data = hex("0102");
  const bytes = encodeBinary(data);
  data.fill(0xff);
  expect(bytes).toEqual(hex("82 02 0102"));
  expect(bytes.buffer.byteLength).toBe(bytes.length);
  expect(encodeText("abc").buffer.byteLength).toBe(5);
});

describe("the caller's faults", () => {
  test("a control frame of 126 octets, or fragmented, is a RangeError", () => {
    expect(encodePing(new Uint8Array(125)).length).toBe(127);
    expect(() => encodePing(new Uint8Array(126))).toThrow(RangeError);
    expect(() => encodePong(new Uint8Array(126))).toThrow(RangeError);
    for (const opcode of [Opcode.Close, Opcode.Ping, Opcode.Pong]) {
      expect(() => encodeFrame({ fin: false, opcode, payload: new Uint8Array(0) })).toThrow(RangeError);
    }
  });

  test("a Close with a code that may not be sent or a reason of 124 octets is a RangeError", () => {
    expect(() => encodeClose(1005)).toThrow(RangeError);
    expect(() => encodeClose(1000, "x".repeat(124))).toThrow(RangeError);
    expect(encodeClose(1000, "x".repeat(123)).length).toBe(127);
  });

  // A number as a payload once sent that many octets of whatever stood in memory (GHSA-2mhh-w6q8-5hxw), a typed array
  // of wider elements the wrong number of them (GHSA-58qx-3vcg-4xpx).
  test.each([
    5,
    "text",
    null,
    { length: 3 },
    [1, 2],
    new ArrayBuffer(4),
    new Uint16Array(3),
    new DataView(new ArrayBuffer(4)),
  ])("a payload of %o is a TypeError", (payload) => {
    const data = payload as Uint8Array;
    expect(() => encodeBinary(data)).toThrow(TypeError);
    expect(() => encodePing(data)).toThrow(TypeError);
    expect(() => encodePong(data, key)).toThrow(TypeError);
    expect(() => encodeFrame({ opcode: Opcode.Text, payload: data })).toThrow(TypeError);
  });

  test("text that is no string is a TypeError", () => {
    expect(() => encodeText(5 as unknown as string)).toThrow(TypeError);
  });

  test("reserved bits or an opcode that their fields cannot hold are a RangeError", () => {
    const payload = new Uint8Array(0);
    for (const rsv of [8, -1, 1.5, Number.NaN]) {
      expect(() => encodeFrame({ rsv, opcode: Opcode.Text, payload })).toThrow(RangeError);
    }
    for (const opcode of [16, -1, 0.5]) {
      expect(() => encodeFrame({ opcode: opcode as Opcode, payload })).toThrow(RangeError);
    }
  });
});
