import { expect, test } from "vitest";
import { hex } from "../test/support/frame-bytes.ts";
import { DecoderPool } from "./decoder-pool.ts";

test("a decoder that was given back is lent again", () => {
  const pool = new DecoderPool({ role: "server" });
  const decoder = pool.take();
  pool.give(decoder);
  expect(pool.take()).toBe(decoder);
});

test("while one is lent, another is made, of the same kind", () => {
  const pool = new DecoderPool({ role: "server", textAsBytes: true });
  const decoders = [pool.take(), pool.take()];
  expect(decoders[0]).not.toBe(decoders[1]);
  for (const decoder of decoders) {
    decoder.push(hex("81 81 00000000 61"));
    expect(decoder.next()?.type).toBe("text-bytes");
  }
});

test("wrong options are an error when the pool is made", () => {
  expect(() => new DecoderPool({ role: "server", maxFragments: 0 })).toThrow(RangeError);
});
