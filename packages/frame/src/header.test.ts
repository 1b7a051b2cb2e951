import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hex } from "../test/support/bytes.ts";
import { decodeHeader, encodeHeader, headerLength, maxHeaderLength } from "./header.ts";

/** Header, the octets it is, what it says: RFC 6455 §5.2. */
const headers = [
  ["81 05", { fin: true, rsv: 0, opcode: 1, masked: false, length: 5, maskKey: 0, size: 2 }],
  ["01 00", { fin: false, rsv: 0, opcode: 1, masked: false, length: 0, maskKey: 0, size: 2 }],
  ["81 85 37fa213d", { fin: true, rsv: 0, opcode: 1, masked: true, length: 5, maskKey: 0x37fa213d, size: 6 }],
  ["82 fd 00000001", { fin: true, rsv: 0, opcode: 2, masked: true, length: 125, maskKey: 1, size: 6 }],
  ["82 7e 007e", { fin: true, rsv: 0, opcode: 2, masked: false, length: 126, maskKey: 0, size: 4 }],
  [
    "82 fe ffff 01020304",
    { fin: true, rsv: 0, opcode: 2, masked: true, length: 65_535, maskKey: 0x01020304, size: 8 },
  ],
  [
    "82 7f 0000000000010000",
    { fin: true, rsv: 0, opcode: 2, masked: false, length: 65_536, maskKey: 0, size: 10 },
  ],
  [
    "82 7f 0000000100000001",
    { fin: true, rsv: 0, opcode: 2, masked: false, length: 2 ** 32 + 1, maskKey: 0, size: 10 },
  ],
  [
    "f2 ff 001fffffffffffff ffffffff",
    { fin: true, rsv: 7, opcode: 2, masked: true, length: Number.MAX_SAFE_INTEGER, maskKey: -1, size: 14 },
  ],
  ["4f 00", { fin: false, rsv: 4, opcode: 15, masked: false, length: 0, maskKey: 0, size: 2 }],
  ["a0 00", { fin: true, rsv: 2, opcode: 0, masked: false, length: 0, maskKey: 0, size: 2 }],
  ["93 00", { fin: true, rsv: 1, opcode: 3, masked: false, length: 0, maskKey: 0, size: 2 }],
] as const;

describe.each(headers)("%s", (digits, header) => {
  const bytes = hex(digits);

  test("decodes to what it says, and to nothing before its last octet", () => {
    for (let end = 0; end < bytes.length; end++) expect(decodeHeader(bytes.subarray(0, end))).toBeUndefined();
    expect(decodeHeader(bytes)).toEqual(header);
  });

  test("is what the header encodes to, at any place", () => {
    const { fin, rsv, opcode, length, masked, maskKey, size } = header;
    const target = new Uint8Array(20).fill(0xee);
    expect(encodeHeader(target, 3, fin, rsv, opcode, length, masked ? maskKey : undefined)).toBe(size);
    expect(target.subarray(3, 3 + size)).toEqual(bytes);
    expect(target.subarray(0, 3)).toEqual(new Uint8Array(3).fill(0xee));
    expect(target.subarray(3 + size)).toEqual(new Uint8Array(17 - size).fill(0xee));
    expect(headerLength(length, masked)).toBe(size);
  });
});

test("a header is read where it stands, not beyond `end`", () => {
  const bytes = hex("ffff 82 7e 007e ffff");
  expect(decodeHeader(bytes, 2)).toMatchObject({ length: 126, size: 4 });
  expect(decodeHeader(bytes, 2, 6)).toMatchObject({ length: 126, size: 4 });
  expect(decodeHeader(bytes, 2, 5)).toBeUndefined();
});

test.each([
  ["82 7e 0000", "non-minimal-length"],
  ["82 7e 007d", "non-minimal-length"],
  ["82 7f 0000000000000000", "non-minimal-length"],
  ["82 7f 000000000000ffff", "non-minimal-length"],
  ["82 7f 8000000000000000", "length-overflow"],
])("%s throws %s, with the key still to come", (digits, code) => {
  const bytes = hex(digits);
  expect(() => decodeHeader(bytes)).toThrow(expect.objectContaining({ code }));
  bytes[1]! |= 0x80;
  expect(() => decodeHeader(bytes)).toThrow(expect.objectContaining({ code }));
});

test("2^63-1 is read as the nearest number", () => {
  expect(decodeHeader(hex("82 7f 7fffffffffffffff"))?.length).toBe(2 ** 63);
});

test("a key is taken as a signed and as an unsigned integer", () => {
  for (const key of [0xdeadbeef, 0xdeadbeef | 0]) {
    const target = new Uint8Array(maxHeaderLength);
    expect(encodeHeader(target, 0, true, 0, 2, 0, key)).toBe(6);
    expect(target.subarray(0, 6)).toEqual(hex("82 80 deadbeef"));
  }
});

test("any header decodes to what was encoded", () => {
  const length = fc.oneof(fc.nat(300), fc.nat(70_000), fc.maxSafeNat());
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.nat(7),
      fc.nat(15),
      length,
      fc.option(fc.integer()),
      (fin, rsv, opcode, length, key) => {
        const target = new Uint8Array(maxHeaderLength);
        const size = encodeHeader(target, 0, fin, rsv, opcode, length, key ?? undefined);
        expect(size).toBe(headerLength(length, key !== null));
        const header = { fin, rsv, opcode, masked: key !== null, length, maskKey: key ?? 0, size };
        expect(decodeHeader(target, 0, size)).toEqual(header);
      },
    ),
    { numRuns: 1000 },
  );
});
