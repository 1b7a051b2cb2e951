import { expect, test } from "vitest";
import { isControl, isReserved, Opcode } from "./opcode.ts";

test("the opcodes are those of RFC 6455 §11.8", () => {
  expect(Opcode).toEqual({ Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 });
});

test("of the sixteen opcodes 3-7 and 11-15 are reserved, and 8-15 are for control", () => {
  const all = Array.from({ length: 16 }, (_, opcode) => opcode);
  expect(all.filter(isReserved)).toEqual([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
  expect(all.filter(isControl)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
});
