import { describe, expect, test } from "vitest";
import { hex, utf8 } from "../test/support/bytes.ts";
import { portableUtf8, type Utf8Codec, Utf8Validator } from "./utf8.ts";

// All sequences of up to three octets are compared with TextDecoder in test/utf8-exhaustive.test.ts.

describe("Utf8Validator", () => {
  test("takes text cut anywhere, and says where it may end", () => {
    const bytes = utf8("aé€😀");
    const validator = new Utf8Validator();
    const ends = Array.from(bytes, (_, i) => validator.push(bytes, i, i + 1) && validator.end());
    expect(ends).toEqual([true, false, true, false, false, true, false, false, false, true]);
  });

  test("takes no octets for an answer", () => {
    const validator = new Utf8Validator();
    expect([validator.end(), validator.push(new Uint8Array(0)), validator.end()]).toEqual([true, true, true]);
  });

  test.each([undefined, portableUtf8])("stays failed, whatever comes (codec: %o)", (codec) => {
    for (const bad of ["ff", "c328", `${"61".repeat(100)}ff`, `${"61".repeat(100)}f490`]) {
      const validator = new Utf8Validator(codec);
      expect(validator.push(hex(bad))).toBe(false);
      for (const octet of [0x00, 0x61, 0x80, 0xbf, 0xc2])
        expect(validator.push(Uint8Array.of(octet))).toBe(false);
      expect(validator.push(new Uint8Array(100))).toBe(false);
      expect(validator.end()).toBe(false);
    }
  });

  test("hands whole characters to the codec: never one that a chunk has cut", () => {
    const x = "x".repeat(64);
    const text = `${x}😀${x}€${x}é${x}`;
    const bytes = utf8(text);
    for (let size = 64; size < 90; size++) {
      const asked: string[] = [];
      const codec: Utf8Codec = {
        isValid(bytes, start, end) {
          asked.push(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end)));
          return true;
        },
        decode: portableUtf8.decode,
      };
      const validator = new Utf8Validator(codec);
      for (let at = 0; at < bytes.length; at += size)
        expect(validator.push(bytes.subarray(at, at + size))).toBe(true);
      expect(validator.end()).toBe(true);
      expect(asked.length).toBe(Math.floor(bytes.length / size) + Number(bytes.length % size >= 64));
      for (const part of asked) expect(text).toContain(part);
    }
  });
});

describe("portableUtf8", () => {
  test.each([1, 70, 5000])(
    "judges and decodes text of %i times four characters, in the middle of other octets",
    (times) => {
      const text = "\ufeffé€😀".repeat(times);
      const bytes = Uint8Array.from([0xff, ...utf8(text), 0xff]);
      expect(portableUtf8.isValid(bytes, 1, bytes.length - 1)).toBe(true);
      expect(portableUtf8.decode(bytes, 1, bytes.length - 1, false)).toBe(text);
      expect(portableUtf8.isValid(bytes, 0, bytes.length - 1)).toBe(false);
      expect(portableUtf8.isValid(bytes, 1, bytes.length)).toBe(false);
      expect(portableUtf8.isValid(bytes, 1, bytes.length - 2)).toBe(false);
      // A failure leaves nothing behind.
      expect(portableUtf8.isValid(bytes, 1, bytes.length - 1)).toBe(true);
      expect(portableUtf8.decode(bytes, 1, bytes.length - 1, false)).toBe(text);
    },
  );

  test("nothing is valid text", () => {
    expect(portableUtf8.isValid(new Uint8Array(0), 0, 0)).toBe(true);
    expect(portableUtf8.decode(new Uint8Array(0), 0, 0, true)).toBe("");
  });
});
