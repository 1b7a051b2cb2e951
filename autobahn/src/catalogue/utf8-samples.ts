import { hex, octets, type Payload, utf8 } from "./payload.ts";

/** Texts of one subsection of section 6; `isLegal` tells by the place in the list. */
export type SampleGroup = {
  readonly group: number;
  readonly payloads: readonly Payload[];
  readonly isLegal: (n: number) => boolean;
};

const legal = (group: number, ...payloads: readonly Payload[]): SampleGroup => ({
  group,
  payloads,
  isLegal: () => true,
});

const illegal = (group: number, ...payloads: readonly Payload[]): SampleGroup => ({
  group,
  payloads,
  isLegal: () => false,
});

const point = (code: number): Payload => utf8(String.fromCodePoint(code));
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);
const from = (octetList: readonly number[]): Payload => octets(Uint8Array.from(octetList));

/** The octets of a Greek word with characters of two and three octets. */
const greek = utf8("κ\u1f79σμε").pattern;
/** Lengths at which the word is cut between characters. */
const wholeCharacters = [2, 5, 7, 9, 11];

const withSpaces = (first: number, last: number): Payload =>
  from(range(first, last).flatMap((lead) => [lead, 0x20]));

/** Characters that lack their last octet: of the smallest value in each length, then of the largest. */
const cutShort = [
  "c0",
  "e0 80",
  "f0 80 80",
  "f8 80 80 80",
  "fc 80 80 80 80",
  "df",
  "ef bf",
  "f7 bf bf",
  "fb bf bf bf",
  "fd bf bf bf bf",
];

/** The last two code points of each plane; the basic one has its own group in 6.23 too. */
const nonCharacters = range(0, 16).flatMap((plane) => [plane * 0x1_0000 + 0xfffe, plane * 0x1_0000 + 0xffff]);

/** Sections 6.5 to 6.23: one text each, in one frame. */
export const utf8Samples: readonly SampleGroup[] = [
  legal(
    5,
    utf8("hello$world"),
    utf8("hello¢world"),
    utf8("hello€world"),
    utf8("hello𤭢world"),
    utf8("κ\u1f79σμε"),
  ),
  {
    group: 6,
    payloads: range(1, greek.length).map((length) => octets(greek.slice(0, length))),
    isLegal: (n) => wholeCharacters.includes(n + 1),
  },
  legal(7, point(0), point(0x80), point(0x800), point(0x1_0000)),
  illegal(8, hex("f8 88 80 80 80"), hex("fc 84 80 80 80 80")),
  legal(9, point(0x7f), point(0x7ff), point(0xffff), point(0x10_ffff)),
  illegal(10, hex("f7 bf bf bf"), hex("fb bf bf bf bf"), hex("fd bf bf bf bf bf")),
  {
    group: 11,
    payloads: [point(0xd7ff), point(0xe000), point(0xfffd), point(0x10_ffff), hex("f4 90 80 80")],
    isLegal: (n) => n < 4,
  },
  illegal(
    12,
    hex("80"),
    hex("bf"),
    hex("80 bf"),
    hex("80 bf 80"),
    hex("80 bf 80 bf"),
    hex("80 bf 80 bf 80"),
    hex("80 bf 80 bf 80 bf"),
    from(range(0x80, 0xbe)),
  ),
  illegal(
    13,
    withSpaces(0xc0, 0xde),
    withSpaces(0xe0, 0xee),
    withSpaces(0xf0, 0xf6),
    withSpaces(0xf8, 0xfa),
    withSpaces(0xfc, 0xfc),
  ),
  illegal(14, ...cutShort.map(hex)),
  illegal(15, hex(cutShort.join(""))),
  illegal(16, hex("fe"), hex("ff"), hex("fe fe ff ff")),
  // 2F, 7F..., and 00 in more octets than they need.
  illegal(17, ...["c0 af", "e0 80 af", "f0 80 80 af", "f8 80 80 80 af", "fc 80 80 80 80 af"].map(hex)),
  illegal(18, ...["c1 bf", "e0 9f bf", "f0 8f bf bf", "f8 87 bf bf bf", "fc 83 bf bf bf bf"].map(hex)),
  illegal(19, ...["c0 80", "e0 80 80", "f0 80 80 80", "f8 80 80 80 80", "fc 80 80 80 80 80"].map(hex)),
  illegal(
    20,
    ...["ed a0 80", "ed ad bf", "ed ae 80", "ed af bf", "ed b0 80", "ed be 80", "ed bf bf"].map(hex),
  ),
  illegal(
    21,
    ...["ed a0 80", "ed ad bf", "ed ae 80", "ed af bf"].flatMap((high) => [
      hex(`${high} ed b0 80`),
      hex(`${high} ed bf bf`),
    ]),
  ),
  legal(22, ...nonCharacters.map(point)),
  legal(23, ...range(0xfff9, 0xffff).map(point)),
];
