import { describe, test } from "vitest";
import { hex } from "../support/frame-bytes.ts";
import { expectRow, violation } from "../support/frame-rows.ts";
import { start } from "../support/start.ts";

const digit = (value: number): string => value.toString(16);

const rows = [
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
    violation(`opcode ${opcode}`, hex(`8${digit(opcode)} 81 00000000 78`), 1002),
  ),
  ...[3, 11].map((opcode) =>
    violation(`an unfinished frame of opcode ${opcode}`, hex(`0${digit(opcode)} 80 00000000`), 1002),
  ),
  violation("RSV1 without an extension", hex("c1 81 00000000 78"), 1002),
  violation("RSV2", hex("a1 81 00000000 78"), 1002),
  violation("RSV3", hex("91 81 00000000 78"), 1002),
  violation("all reserved bits", hex("f1 81 00000000 78"), 1002),
  violation("RSV1 on a Ping", hex("c9 80 00000000"), 1002),
  violation("RSV1 on a Pong", hex("ca 80 00000000"), 1002),
  violation("RSV1 on a Close", hex("c8 82 00000000 03e8"), 1002),
  violation("RSV1 on a continuation", hex("01 81 00000000 61  c0 81 00000000 62"), 1002),
  violation("RSV1 in the middle of a message", hex("01 80 00000000  40 81 00000000 62"), 1002),
];

const unmasked = [
  violation("an unmasked text frame", hex("81 05 48656c6c6f"), 1002),
  violation("an unmasked empty text frame", hex("81 00"), 1002),
  violation("an unmasked binary frame", hex("82 01 00"), 1002),
  violation("an unmasked Ping", hex("89 05 48656c6c6f"), 1002),
  violation("an unmasked Pong", hex("8a 00"), 1002),
  violation("an unmasked Close", hex("88 02 03e8"), 1002),
  violation("an unmasked continuation of a masked message", hex("01 81 00000000 61  80 01 62"), 1002),
  violation("an unmasked frame with an extended length", hex("82 7e 0100"), 1002),
  violation("an unmasked frame behind a good one", hex("81 81 00000000 61  81 01 62"), 1002, ['text "a"']),
];

describe("reserved opcodes and bits (RFC 6455 §5.2): 1002, nothing delivered", () => {
  test.each(rows)("$what", async (row) => expectRow(await start(), row));
});

describe("unmasked frames (RFC 6455 §5.1): 1002 before any delivery", () => {
  test.each(unmasked)("$what", async (row) => expectRow(await start(), row));
});
