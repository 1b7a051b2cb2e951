import { encodeFrame, encodeText, Opcode, portableUtf8, Utf8Validator } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { concat, cutAt, hex, toHex, utf8 } from "./support/bytes.ts";
import { decodeMessages } from "./support/collect.ts";

/**
 * The judge: how many octets `TextDecoder` takes before it throws, one by one. All of them and no end in sight gives
 * "unfinished", all of them and a good end "valid".
 */
function judge(octets: readonly number[]): number | "valid" | "unfinished" {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let i = 0; i < octets.length; i++) {
    try {
      decoder.decode(Uint8Array.of(octets[i]!), { stream: true });
    } catch {
      return i;
    }
  }
  try {
    decoder.decode();
    return "valid";
  } catch {
    return "unfinished";
  }
}

/** Our own verdict in the same terms, from chunks of one octet. */
function verdict(octets: readonly number[]): number | "valid" | "unfinished" {
  const validator = new Utf8Validator();
  for (let i = 0; i < octets.length; i++) if (!validator.push(Uint8Array.of(octets[i]!))) return i;
  return validator.end() ? "valid" : "unfinished";
}

/** Checks a sequence against the judge: octet by octet, whole, and cut at every place. */
function check(octets: readonly number[]): void {
  const expected = judge(octets);
  if (verdict(octets) !== expected)
    expect.fail(`${toHex(Uint8Array.from(octets))}: ${verdict(octets)}, not ${expected}`);
  const bytes = Uint8Array.from(octets);
  for (let at = 0; at < bytes.length; at++) {
    const validator = new Utf8Validator();
    const possible = validator.push(bytes, 0, at) && validator.push(bytes, at);
    if (
      possible !== (typeof expected === "string") ||
      (possible && validator.end() !== (expected === "valid"))
    ) {
      expect.fail(`${toHex(bytes)} cut at ${at}: ${possible}, not ${expected}`);
    }
  }
}

/** The first and the last octet of every class that UTF-8 tells apart (RFC 3629 §4). */
const representatives = [
  0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
  0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];

describe("Utf8Validator agrees with TextDecoder, fatal and streaming, on the octet at which text fails", () => {
  test("for every sequence of one and of two octets, cut everywhere", () => {
    for (let a = 0; a < 256; a++) {
      check([a]);
      for (let b = 0; b < 256; b++) check([a, b]);
    }
  });

  test("for all sequences of three and of four octets that represent their classes, cut everywhere", () => {
    const seconds = representatives;
    for (const a of representatives) {
      for (const b of seconds) {
        for (const c of representatives) {
          check([a, b, c]);
          if (a >= 0xf0) for (const d of representatives) check([a, b, c, d]);
        }
      }
    }
  });

  test("for four octets in the middle of their ranges too", () => {
    let seed = 1;
    const random = (bound: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return (seed >>> 8) % bound;
    };
    for (let i = 0; i < 4000; i++)
      check([0xf0 + random(5), 0x80 + random(64), 0x80 + random(64), 0x80 + random(64)]);
    for (let i = 0; i < 2000; i++) check([0xf0 + random(16), random(256), random(256), random(256)]);
  });

  test("for each sequence of three octets", () => {
    // Those that begin with C2-F4. Any other first octet is done with, as ASCII or as a failure, and what follows is a
    // sequence of two, which the first test has.
    //
    // A decoder of text that is not quite UTF-8, built on the validator: it puts U+FFFD for what fails and goes on at
    // the octet at which it failed, as TextDecoder does (WHATWG Encoding §4.1). Were that another octet for one of the
    // two, so would the text be. The octet 80 after each sequence tells a character cut short from one that failed.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const bytes = new Uint8Array(65_536 * 4).fill(0x80);
    for (let first = 0xc2; first <= 0xf4; first++) {
      for (let i = 0; i < 65_536; i++) {
        bytes[i * 4] = first;
        bytes[i * 4 + 1] = i >> 8;
        bytes[i * 4 + 2] = i;
      }
      const text = decoder.decode(bytes);
      const disagreement = compare(bytes, text);
      if (disagreement !== undefined) expect.fail(toHex(bytes.subarray(disagreement - 4, disagreement + 4)));
    }
  });
});

/** Where the text is not that of the bytes as the validator divides them into characters and failures. */
function compare(bytes: Uint8Array, text: string): number | undefined {
  let validator = new Utf8Validator();
  let taken = 0;
  let unit = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (!validator.push(bytes, at, at + 1)) {
      if (text.charCodeAt(unit++) !== 0xfffd) return at;
      validator = new Utf8Validator();
      // What broke a character off may begin the next one.
      if (taken > 0) at--;
      taken = 0;
      continue;
    }
    taken++;
    if (!validator.end()) continue;
    const point = codePoint(bytes, at + 1 - taken, taken);
    if (text.codePointAt(unit) !== point) return at;
    unit += point > 0xffff ? 2 : 1;
    taken = 0;
  }
  if (taken > 0) unit++;
  return unit === text.length ? undefined : bytes.length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  let point = bytes[at]! & (0x7f >> length);
  for (let i = 1; i < length; i++) point = (point << 6) | (bytes[at + i]! & 0x3f);
  return point;
}

describe("a long text is judged by the codec, and the characters at the borders of chunks by hand", () => {
  const sequences = [
    "41",
    "c3a9",
    "e282ac",
    "efbfbd",
    "efbbbf",
    "f09f9880",
    "f48fbfbf",
    "c0af",
    "c3",
    "c328",
    "80",
    "bf80",
    "e282",
    "e28228",
    "eda080",
    "e08080",
    "e0a0",
    "f0808080",
    "f4908080",
    "f490",
    "f4",
    "f5808080",
    "f09f98",
    "f09f9828",
    "ff",
    "fe",
  ];

  test("before, on and after the border, for stretches around 64 octets, whatever comes next", () => {
    for (const sequence of sequences) {
      const octets = hex(sequence);
      for (const before of [0, 60, 61, 62, 63, 64, 65, 100]) {
        for (const after of [0, 1, 64, 70]) {
          const bytes = Uint8Array.from([...Array(before).fill(0x61), ...octets, ...Array(after).fill(0x62)]);
          const expected = judge(Array.from(bytes));
          for (
            let cut = Math.max(0, before - 1);
            cut <= Math.min(bytes.length, before + octets.length + 1);
            cut++
          ) {
            const validator = new Utf8Validator(portableUtf8);
            const possible = [bytes.subarray(0, cut), bytes.subarray(cut)].every((chunk) =>
              validator.push(chunk),
            );
            const got = possible ? (validator.end() ? "valid" : "unfinished") : "failed";
            const wanted = typeof expected === "number" ? "failed" : expected;
            if (got !== wanted)
              expect.fail(`${sequence} after ${before}, before ${after}, cut at ${cut}: ${got}`);
            // The chunk with the impossible octet is the one that fails.
            const first = new Utf8Validator(portableUtf8).push(bytes, 0, cut);
            if (first !== (wanted !== "failed" || (expected as number) >= cut))
              expect.fail(`${sequence} failed late or early`);
          }
        }
      }
    }
  });

  test("in messages of one frame and of many the same texts are refused", () => {
    for (const sequence of sequences) {
      const octets = hex(sequence);
      for (const around of [0, 40, 46, 47, 48, 64, 1000]) {
        const payload = Uint8Array.from([
          ...Array(around).fill(0x61),
          ...octets,
          ...Array(around).fill(0x62),
        ]);
        const isValid = judge(Array.from(payload)) === "valid";
        const outcome = isValid
          ? {
              delivered: [
                { type: "text", data: new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload) },
              ],
            }
          : { delivered: [], error: "invalid-utf8" };
        const whole = encodeFrame({ opcode: Opcode.Text, payload });
        expect(decodeMessages({ role: "client" }, [whole])).toEqual(outcome);
        for (let cut = around; cut <= around + octets.length; cut++) {
          const head = whole.length - payload.length;
          expect(decodeMessages({ role: "client" }, cutAt(whole, [head + cut]))).toEqual(outcome);
          const fragments = concat(
            encodeFrame({ fin: false, opcode: Opcode.Text, payload: payload.subarray(0, cut) }),
            encodeFrame({ opcode: Opcode.Continuation, payload: payload.subarray(cut) }),
          );
          expect(decodeMessages({ role: "client" }, [fragments])).toEqual(outcome);
        }
      }
    }
  });
});

test("U+FEFF at the front of a text is kept, whole, long, cut and fragmented", () => {
  for (const text of ["\ufeff", "\ufeffhello", `\ufeff${"x".repeat(300)}`, `\ufeff${"é".repeat(60_000)}`]) {
    const bytes = encodeText(text);
    for (const chunks of [[bytes], cutAt(bytes, [bytes.length - utf8(text).length + 1]), cutAt(bytes, [3])]) {
      expect(decodeMessages({ role: "client" }, chunks).delivered).toEqual([{ type: "text", data: text }]);
    }
  }
});
