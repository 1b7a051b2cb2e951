import { describe, test } from "vitest";
import { hex } from "../support/frame-bytes.ts";
import { expectRow, type FrameRow, violation } from "../support/frame-rows.ts";
import { start } from "../support/start.ts";

const closing = "88 82 00000000 03e8";
const closed = { end: ["closed 1000 peer"], answer: ["close 1000"] };

const good = (what: string, digits: string, ...events: string[]): FrameRow => ({
  what,
  bytes: hex(`${digits} ${closing}`),
  events: [...events, ...closed.end],
  answer: closed.answer,
});

const rows: FrameRow[] = [
  good("a masked text message in one frame (§5.7)", "81 85 37fa213d 7f9f4d5158", 'text "Hello"'),
  good(
    "a text message in two frames (§5.7, masked)",
    "01 83 00000000 48656c  80 82 00000000 6c6f",
    'text "Hello"',
  ),
  good("fragments with keys of their own", "01 83 37fa213d 7f9f4d  80 82 01020304 6d6d", 'text "Hello"'),
  good(
    "a binary message in three frames",
    "02 81 00000000 00  00 81 00000000 01  80 81 00000000 02",
    "binary 000102",
  ),
  good("an empty text message", "81 80 00000000", 'text ""'),
  good("an empty binary message", "82 80 00000000", "binary"),
  good("an empty first fragment", "01 80 00000000  80 81 00000000 61", 'text "a"'),
  good("an empty last fragment", "01 81 00000000 61  80 80 00000000", 'text "a"'),
  good("nothing but empty fragments", "02 80 00000000  00 80 00000000  80 80 00000000", "binary"),
  good(
    "two fragmented messages one after the other",
    "01 81 00000000 61  80 81 00000000 62  02 81 00000000 63  80 81 00000000 64",
    'text "ab"',
    "binary 6364",
  ),
  good("a code point split between two fragments", "01 81 00000000 c3  80 81 00000000 a4", 'text "\u00e4"'),
  good(
    "a code point of four octets, each in its own fragment",
    "01 81 00000000 f0  00 81 00000000 9f  00 81 00000000 98  80 81 00000000 80",
    'text "\u{1f600}"',
  ),
  good(
    "a Pong between the fragments",
    "01 81 00000000 61  8a 80 00000000  80 81 00000000 62",
    "pong",
    'text "ab"',
  ),
];

const bad = [
  violation("a continuation first", hex("80 81 00000000 61"), 1002),
  violation("an unfinished continuation first", hex("00 81 00000000 61"), 1002),
  violation("an empty continuation first", hex("80 80 00000000"), 1002),
  violation("text inside a fragmented message", hex("01 81 00000000 61  81 81 00000000 62"), 1002),
  violation("binary inside a fragmented text message", hex("01 81 00000000 61  82 81 00000000 62"), 1002),
  violation("another start inside a fragmented message", hex("01 81 00000000 61  01 81 00000000 62"), 1002),
  violation(
    "the final continuation twice",
    hex("01 81 00000000 61  80 81 00000000 62  80 81 00000000 63"),
    1002,
    ['text "ab"'],
  ),
  violation(
    "a continuation behind an unfragmented message",
    hex("81 81 00000000 61  80 81 00000000 62"),
    1002,
    ['text "a"'],
  ),
  violation("a continuation behind a Pong", hex("8a 80 00000000  80 81 00000000 61"), 1002, ["pong"]),
];

describe("fragmented messages (RFC 6455 §5.4)", () => {
  test.each(rows)("$what", async (row) => expectRow(await start(), row));
});

describe("fragmentation out of order (RFC 6455 §5.4): 1002", () => {
  test.each(bad)("$what", async (row) => expectRow(await start(), row));
});
