import { makeBitmap } from "./bitmap-corpus.ts";
import { makeHtml } from "./html-corpus.ts";
import { makeJson } from "./json-corpus.ts";
import { makePdf } from "./pdf-corpus.ts";
import { makeProse } from "./prose-corpus.ts";

/** The kinds of data. */
export type CorpusName = "json" | "bitmap" | "prose" | "html" | "pdf";

type Kind = {
  readonly title: string;
  readonly sentAs: "text" | "binary";
  readonly make: () => Uint8Array;
};

/** The data of sections 12 and 13, made to the sizes and about the redundancy of the genuine suite's files. */
export const corpora: Readonly<Record<CorpusName, Kind>> = {
  json: { title: "JSON", sentAs: "text", make: makeJson },
  bitmap: { title: "a greyscale bitmap", sentAs: "binary", make: makeBitmap },
  prose: { title: "German prose", sentAs: "binary", make: makeProse },
  html: { title: "HTML", sentAs: "text", make: makeHtml },
  pdf: { title: "a PDF", sentAs: "binary", make: makePdf },
};

/** One corpus, read in windows that follow each other and wrap around at its end. */
export class Corpus {
  /** Twice the corpus, so that a window that wraps around is one piece. */
  readonly #twice: Uint8Array;
  /** Where each character begins, in octets; absent where a character is an octet. */
  readonly #starts: Uint32Array | undefined;
  /** Octets, or characters for text. */
  readonly units: number;

  constructor(octets: Uint8Array, isText: boolean) {
    this.#twice = new Uint8Array(2 * octets.length);
    this.#twice.set(octets);
    this.#twice.set(octets, octets.length);
    this.#starts = isText ? characterStarts(this.#twice) : undefined;
    this.units = this.#starts === undefined ? octets.length : this.#starts.length / 2;
  }

  /** The `k`th window of `length` units, at most as many as the corpus has. It is a view: not to be changed. */
  window(k: number, length: number): Uint8Array {
    const first = (k * length) % this.units;
    return this.#twice.subarray(this.#octet(first), this.#octet(first + length));
  }

  /** The last octets, at most `limit`, of all windows before the `k`th: a view. The corpus is longer than `limit`. */
  before(k: number, length: number, limit: number): Uint8Array {
    const units = k * length;
    const end = this.#octet(units % this.units) + this.#twice.length / 2;
    // While there are fewer units than octets wanted, the windows have not wrapped around.
    const octets = units < limit ? this.#octet(units) : limit;
    return this.#twice.subarray(end - Math.min(octets, limit), end);
  }

  #octet(unit: number): number {
    return this.#starts === undefined ? unit : (this.#starts[unit] ?? this.#twice.length);
  }
}

function characterStarts(octets: Uint8Array): Uint32Array | undefined {
  const starts: number[] = [];
  for (let at = 0; at < octets.length; at++) if ((octets[at]! & 0xc0) !== 0x80) starts.push(at);
  return starts.length === octets.length ? undefined : Uint32Array.from(starts);
}

const made = new Map<CorpusName, Corpus>();

/** The corpus of a name; it is made at the first call. */
export function corpusOf(name: CorpusName): Corpus {
  let corpus = made.get(name);
  if (corpus === undefined) {
    const { make, sentAs } = corpora[name];
    corpus = new Corpus(make(), sentAs === "text");
    made.set(name, corpus);
  }
  return corpus;
}
