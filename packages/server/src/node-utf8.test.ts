import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeUtf8 } from "./node-utf8.ts";

const options = { ignoreBOM: true };
const lenient = new TextDecoder("utf-8", options);
const strict = new TextDecoder("utf-8", { ...options, fatal: true });

/** What the platform says about the same bytes; `undefined` when they are not UTF-8. */
function reference(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  // Octets that were no UTF-8, or a replacement character that was sent. An exception takes its time.
  if (!Buffer.from(bytes).includes("\ufffd")) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function agree(bytes: Uint8Array, start = 0, end = bytes.length): void {
  const expected = reference(bytes.subarray(start, end));
  expect(nodeUtf8.isValid(bytes, start, end), Buffer.from(bytes).toString("hex")).toBe(
    expected !== undefined,
  );
  if (expected !== undefined) expect(nodeUtf8.decode(bytes, start, end, false)).toBe(expected);
}

describe("the native functions say what TextDecoder says", () => {
  test("of every sequence of one or two octets", () => {
    for (let first = 0; first < 256; first++) {
      agree(Uint8Array.of(first));
      for (let second = 0; second < 256; second++) agree(Uint8Array.of(first, second));
    }
  });

  test("of the borders of three and four octets", () => {
    for (const digits of [
      "e0a080",
      "e09fbf",
      "ed9fbf",
      "eda080",
      "edbfbf",
      "ee8080",
      "efbfbd",
      "efbbbf41",
      "f0908080",
      "f08fbfbf",
      "f48fbfbf",
      "f4908080",
      "f7bfbfbf",
      "f8888080",
    ]) {
      agree(Buffer.from(digits, "hex"));
    }
  });

  test("of any octets, wherever in their memory they stand", () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 20 }).map((text) => new Uint8Array(Buffer.from(text))),
    );
    fc.assert(
      fc.property(octets, fc.nat(10), fc.nat(10), (bytes, before, behind) => {
        const memory = new Uint8Array(before + bytes.length + behind).fill(0xff);
        memory.set(bytes, before);
        agree(memory, before, before + bytes.length);
        agree(memory.subarray(before, before + bytes.length));
        agree(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe("decoding", () => {
  test("octets that are known to be ASCII take the short way", () => {
    const bytes = Buffer.from("xHellox");
    expect(nodeUtf8.decode(bytes, 1, 6, true)).toBe("Hello");
  });

  test("a byte order mark is text like any other (RFC 6455 §5.6)", () => {
    expect(nodeUtf8.decode(Buffer.from("efbbbf61", "hex"), 0, 4, false)).toBe("\ufeffa");
  });

  test("memory that is used again is read again", () => {
    const scratch = new Uint8Array(8);
    for (const text of ["one", "two", "three"]) {
      const length = Buffer.from(scratch.buffer).write(text);
      expect(nodeUtf8.decode(scratch, 0, length, false)).toBe(text);
      expect(nodeUtf8.isValid(scratch, 0, length)).toBe(true);
    }
  });

  test("memory too large to be kept is read all the same, and does not stay", () => {
    const large = new Uint8Array(100_000).fill(0x61);
    expect(nodeUtf8.decode(large, 0, large.length, true)).toBe("a".repeat(100_000));
    expect(nodeUtf8.decode(large, 99_998, 100_000, false)).toBe("aa");
    expect(nodeUtf8.decode(Uint8Array.of(0x62), 0, 1, false)).toBe("b");
  });
});
