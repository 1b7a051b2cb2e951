import { describe, expect, test } from "vitest";
import { deliveries, hex, utf8 } from "../test/support/bytes.ts";
import { decodeFrames } from "../test/support/collect.ts";
import { frame } from "../test/support/wire.ts";
import { FrameDecoder } from "./frame-decoder.ts";

test("frames come out one by one with their payload unmasked, text unjudged", () => {
  const bytes = hex("01 83 37fa213d ff0544  89 80 00000000  80 81 00000000 ff");
  for (const { how, chunks } of deliveries(bytes)) {
    expect(decodeFrames({ role: "server" }, chunks), how).toEqual({
      delivered: [
        { fin: false, rsv: 0, opcode: 1, payload: hex("c8ff65") },
        { fin: true, rsv: 0, opcode: 9, payload: hex("") },
        { fin: true, rsv: 0, opcode: 0, payload: hex("ff") },
      ],
      error: undefined,
    });
  }
});

test("reserved bits that an extension defines are allowed and handed out", () => {
  expect(
    decodeFrames({ role: "client", rsv: 5 }, [hex("c1 00 92 00 d2 00")]).delivered.map(({ rsv }) => rsv),
  ).toEqual([4, 1, 5]);
  expect(decodeFrames({ role: "client", rsv: 4 }, [hex("c1 00 a1 00")])).toMatchObject({
    delivered: [{ rsv: 4 }],
    error: "reserved-bits",
  });
});

describe("the limit", () => {
  test("is 1 MiB unless said otherwise", () => {
    expect(decodeFrames({ role: "client" }, [hex("82 7f 0000000000100000")]).error).toBeUndefined();
    expect(decodeFrames({ role: "client" }, [hex("82 7f 0000000000100001")]).error).toBe("frame-too-large");
  });

  test("of 0 lets empty frames through", () => {
    expect(decodeFrames({ role: "client", maxPayload: 0 }, [hex("82 00 89 00 82 01")])).toMatchObject({
      delivered: [{ opcode: 2 }, { opcode: 9 }],
      error: "frame-too-large",
    });
  });

  test("of Infinity is none, and still no memory is taken for a claim", () => {
    const decoder = new FrameDecoder({ role: "client", maxPayload: Number.POSITIVE_INFINITY });
    decoder.push(hex("82 7f 7fffffffffffffff 0102"));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.retainedBytes).toBe(256);
  });

  test("that is no limit is refused by name", () => {
    expect(() => new FrameDecoder({ role: "server", maxPayload: Number.NaN })).toThrow(
      /^maxPayload has to be/,
    );
    expect(() => new FrameDecoder({ role: "server", maxPayload: -1 })).toThrow(RangeError);
    expect(() => new FrameDecoder({ role: "server", maxPayload: "1" as unknown as number })).toThrow(
      TypeError,
    );
    expect(() => new FrameDecoder({ role: "server", rsv: 8 })).toThrow(/^rsv has to be/);
  });
});

test("push takes a part of a chunk", () => {
  const decoder = new FrameDecoder({ role: "client" });
  const bytes = hex("ffff 81 02 4869 ffff");
  decoder.push(bytes, 2, 4);
  expect(decoder.next()).toBeUndefined();
  decoder.push(bytes, 4, 6);
  expect(decoder.next()).toEqual({ fin: true, rsv: 0, opcode: 1, payload: utf8("Hi") });
  expect(decoder.next()).toBeUndefined();
});

test("what is unfinished is counted, and freed with the failure", () => {
  const decoder = new FrameDecoder({ role: "client" });
  decoder.push(frame({ opcode: 2, payload: new Uint8Array(200) }).subarray(0, 100));
  decoder.next();
  expect(decoder.retainedBytes).toBe(200);
  decoder.push(new Uint8Array(104));
  expect(decoder.next()?.payload.length).toBe(200);
  expect(decoder.retainedBytes).toBe(0);
  decoder.push(hex("83 00"));
  expect(() => decoder.next()).toThrow("reserved");
  expect(() => decoder.push("ignored" as unknown as Uint8Array)).not.toThrow();
});
