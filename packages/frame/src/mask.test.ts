import { describe, expect, test } from "vitest";
import { applyMask, copyMasked, maskOctets } from "./mask.ts";

/** RFC 6455 §5.3, word for word: octet i is XORed with octet i MOD 4 of the key. */
function naive(bytes: Uint8Array, key: number, phase: number): Uint8Array {
  return bytes.map((octet, i) => octet ^ ((key >>> (24 - ((i + phase) % 4) * 8)) & 0xff));
}

/** Octets with room around them, so that a write outside the range shows. */
function filled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 17 + 5) & 0xff);
}

/** Around the borders of words, and of where words are used at all. */
const lengths = [
  ...Array(21).keys(),
  63,
  64,
  93,
  94,
  95,
  96,
  97,
  98,
  99,
  100,
  101,
  102,
  103,
  127,
  128,
  129,
  1000,
  1003,
];
const key = 0x37fa213d;

describe("applyMask", () => {
  test("is the loop of RFC 6455 §5.3 at every alignment, length and phase, and touches nothing else", () => {
    for (let alignment = 0; alignment < 8; alignment++) {
      for (const length of lengths) {
        for (let phase = 0; phase < 4; phase++) {
          const bytes = filled(length + 24);
          const start = alignment + 3;
          const expected = bytes.slice();
          expected.set(naive(bytes.subarray(start, start + length), key, phase), start);
          applyMask(bytes, key, start, start + length, phase);
          expect(bytes, `alignment ${alignment}, length ${length}, phase ${phase}`).toEqual(expected);
        }
      }
    }
  });

  test("works within a view that begins anywhere in its buffer", () => {
    for (let offset = 0; offset < 8; offset++) {
      for (const length of [7, 96, 131]) {
        const buffer = filled(200).buffer;
        const view = new Uint8Array(buffer, offset, length);
        const expected = naive(view, key, 0);
        applyMask(view, key);
        expect(view).toEqual(expected);
        expect(new Uint8Array(buffer, 0, offset)).toEqual(filled(200).subarray(0, offset));
        expect(new Uint8Array(buffer, offset + length)).toEqual(filled(200).subarray(offset + length));
      }
    }
  });

  test("twice gives back what there was", () => {
    const bytes = filled(1003);
    applyMask(bytes, key);
    expect(bytes).not.toEqual(filled(1003));
    applyMask(bytes, key);
    expect(bytes).toEqual(filled(1003));
  });

  test("in pieces, with the phase of each, is the same as in one", () => {
    for (const cut of [1, 2, 3, 4, 5, 97, 98, 99, 100]) {
      const bytes = filled(300);
      applyMask(bytes, key, 0, cut);
      applyMask(bytes, key, cut, 300, cut);
      expect(bytes).toEqual(naive(filled(300), key, 0));
    }
  });

  test("takes a phase beyond 2^32", () => {
    const bytes = filled(100);
    applyMask(bytes, key, 0, 100, 2 ** 40 + 3);
    expect(bytes).toEqual(naive(filled(100), key, 3));
  });

  test.each([0x00000000, 0x00000001, 0x80000000, 0xffffffff, 0xdeadbeef, 0x7fffffff])(
    "takes the key %i as a signed and as an unsigned integer",
    (unsigned) => {
      for (const length of [5, 100]) {
        for (let phase = 0; phase < 4; phase++) {
          const asUnsigned = filled(length);
          const asSigned = filled(length);
          applyMask(asUnsigned, unsigned, 0, length, phase);
          applyMask(asSigned, unsigned | 0, 0, length, phase);
          expect(asUnsigned).toEqual(naive(filled(length), unsigned, phase));
          expect(asSigned).toEqual(asUnsigned);
        }
      }
    },
  );
});

describe("copyMasked", () => {
  test("is the same loop into other memory, at every alignment, length and phase; the source stays as it was", () => {
    for (let alignment = 0; alignment < 4; alignment++) {
      for (const length of lengths) {
        for (let phase = 0; phase < 4; phase++) {
          const source = filled(length + 24);
          const target = new Uint8Array(length + 24).fill(0xee);
          const expected = target.slice();
          expected.set(naive(source.subarray(5, 5 + length), key, phase), alignment);
          copyMasked(target, alignment, source, 5, 5 + length, key, phase);
          expect(target, `alignment ${alignment}, length ${length}, phase ${phase}`).toEqual(expected);
          expect(source).toEqual(filled(length + 24));
        }
      }
    }
  });

  test.each([0, 50, 500])("with a key of 0 copies %i octets as they are", (length) => {
    const target = new Uint8Array(length);
    copyMasked(target, 0, filled(length), 0, length, 0, 0);
    expect(target).toEqual(filled(length));
  });
});

describe("maskOctets", () => {
  test("returns the OR of what it wrote, at every place of the one octet that is not ASCII", () => {
    for (let length = 0; length < 12; length++) {
      const ascii = new Uint8Array(length).fill(0x61);
      const target = new Uint8Array(length);
      const masked = naive(ascii, key, 0);
      expect(maskOctets(target, 0, masked, 0, length, key)).toBe(length === 0 ? 0 : 0x61);
      expect(target).toEqual(ascii);
      for (let at = 0; at < length; at++) {
        const text = ascii.slice();
        text[at] = 0x80;
        expect(maskOctets(target, 0, naive(text, key, 0), 0, length, key)).toBeGreaterThanOrEqual(0x80);
        expect(target).toEqual(text);
      }
    }
  });
});
