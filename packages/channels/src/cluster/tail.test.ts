import { expect, test } from "vitest";
import { decodeTail, encodeTail } from "./tail.ts";

test("a tail is two numbers of six octets", () => {
  expect(Buffer.from(encodeTail({ messages: 258, presence: 2 ** 40 + 1 })).toString("hex")).toBe(
    "000000000102" + "010000000001",
  );
  for (const tail of [
    { messages: 0, presence: 0 },
    { messages: 2 ** 48 - 1, presence: 2 ** 32 },
  ]) {
    expect(decodeTail(encodeTail(tail))).toEqual(tail);
  }
});

test("more or fewer octets are no tail", () => {
  for (const length of [0, 1, 11, 13, 100]) expect(decodeTail(new Uint8Array(length))).toBeUndefined();
});
