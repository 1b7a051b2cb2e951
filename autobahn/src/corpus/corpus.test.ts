import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Corpus, type CorpusName, corpora, corpusOf } from "./corpus.ts";

/** Octets of the genuine suite's files, and what deflate makes of them: level 6, message by message, with context. */
const genuine: readonly [CorpusName, number, { size: number; windowBits: number; ratio: number }[]][] = [
  [
    "json",
    194_056,
    [
      { size: 16_384, windowBits: 9, ratio: 0.0382 },
      { size: 131_072, windowBits: 15, ratio: 0.0435 },
    ],
  ],
  [
    "bitmap",
    263_222,
    [
      { size: 16_384, windowBits: 9, ratio: 0.9045 },
      { size: 131_072, windowBits: 15, ratio: 0.854 },
    ],
  ],
  [
    "prose",
    222_218,
    [
      { size: 16_384, windowBits: 9, ratio: 0.5246 },
      { size: 131_072, windowBits: 15, ratio: 0.3946 },
    ],
  ],
  [
    "html",
    263_647,
    [
      { size: 16_384, windowBits: 9, ratio: 0.3103 },
      { size: 131_072, windowBits: 15, ratio: 0.0552 },
    ],
  ],
  [
    "pdf",
    1_042_328,
    [
      { size: 16_384, windowBits: 9, ratio: 0.8719 },
      { size: 131_072, windowBits: 15, ratio: 0.8198 },
    ],
  ],
];

describe.each(genuine)("%s", (name, size, ratios) => {
  const octets = corpora[name].make();

  test("has the size of the genuine file", () => {
    expect(octets.length).toBe(size);
  });

  test("is the same each time", () => {
    expect(Buffer.compare(corpora[name].make(), octets)).toBe(0);
  });

  test.each(ratios)("is as redundant as the genuine file in messages of $size at $windowBits bits", (one) => {
    let compressed = 0;
    let plain = 0;
    for (let at = 0; at + one.size <= octets.length; at += one.size) {
      const before = octets.subarray(Math.max(0, at - 2 ** one.windowBits), at);
      const message = octets.subarray(at, at + one.size);
      const options = { level: 6, memLevel: 8, windowBits: one.windowBits, finishFlush: 2 };
      compressed += deflateRawSync(
        message,
        before.length === 0 ? options : { ...options, dictionary: before },
      ).length;
      plain += one.size;
    }
    expect(compressed / plain / one.ratio).toBeGreaterThan(0.85);
    expect(compressed / plain / one.ratio).toBeLessThan(1.15);
  });
});

test("the HTML has as many characters outside ASCII as the genuine file, near each other", () => {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(corpora.html.make());
  expect([...text].length).toBe(263_620);
  const foreign = [...text].flatMap((character, at) => (character > "\x7f" ? [at] : []));
  expect(foreign).toHaveLength(26);
  expect(foreign.at(-1)! - foreign[0]!).toBeLessThan(4096);
});

test("windows follow each other and wrap around at the end", () => {
  const corpus = new Corpus(new TextEncoder().encode("abcdefg"), false);
  const windows = Array.from({ length: 4 }, (_, k) => Buffer.from(corpus.window(k, 3)).toString());
  expect(windows).toEqual(["abc", "def", "gab", "cde"]);
});

test("windows of text are counted in characters", () => {
  const corpus = new Corpus(new TextEncoder().encode("aé€z"), true);
  const windows = Array.from({ length: 4 }, (_, k) => Buffer.from(corpus.window(k, 3)).toString());
  expect(windows).toEqual(["aé€", "zaé", "€za", "é€z"]);
});

test("what stood before a window is what was in the windows before it", () => {
  const corpus = corpusOf("html");
  const sent = Buffer.concat(Array.from({ length: 9 }, (_, k) => corpus.window(k, 65_536)));
  let end = 0;
  for (let k = 0; k < 9; k++) {
    const before = corpus.before(k, 65_536, 32_768);
    expect(Buffer.compare(before, sent.subarray(Math.max(0, end - 32_768), end))).toBe(0);
    end += corpus.window(k, 65_536).length;
  }
});
