import { hash } from "node:crypto";
import { type CorpusName, corpusOf } from "../corpus/corpus.ts";
import { deflateMessage } from "./deflate.ts";

/** What a row of compressed messages depends on. */
export type CorpusRow = {
  readonly corpus: CorpusName;
  readonly length: number;
  readonly windowBits: number;
  /** Each message is compressed without regard to the ones before. */
  readonly noContext: boolean;
};

type Entry = { octets: number; readonly messages: Uint8Array[]; readonly echoes: string[] };

const none = new Uint8Array(0);

/**
 * Compressed messages of the corpora, made once and kept while there is room. Every case of a size sends the same ones,
 * and how a message is compressed depends only on the row and its place in it.
 */
export class CorpusCache {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();
  #octets = 0;

  /** `limit`: octets of compressed messages to keep. */
  constructor(limit: number = 256 * 2 ** 20) {
    this.#limit = limit;
  }

  /** The `k`th message of a row, compressed: not to be changed. */
  message(row: CorpusRow, k: number): Uint8Array {
    const entry = this.#entry(row);
    const known = entry.messages[k];
    if (known !== undefined) return known;
    const corpus = corpusOf(row.corpus);
    const made = deflateMessage(
      corpus.window(k, row.length),
      row.windowBits,
      row.noContext ? none : corpus.before(k, row.length, 2 ** row.windowBits),
    );
    entry.messages[k] = made;
    entry.octets += made.length;
    this.#octets += made.length;
    this.#makeRoom();
    return made;
  }

  /** Whether these octets are known to inflate to the `k`th message of a row. */
  isEcho(row: CorpusRow, k: number, compressed: Uint8Array): boolean {
    const known = this.#entry(row).echoes[k];
    return known !== undefined && known === digest(compressed);
  }

  /** These octets inflated to the `k`th message of a row, after all the messages before it. */
  addEcho(row: CorpusRow, k: number, compressed: Uint8Array): void {
    this.#entry(row).echoes[k] = digest(compressed);
  }

  #entry({ corpus, length, windowBits, noContext }: CorpusRow): Entry {
    const key = `${corpus} ${length} ${windowBits} ${noContext}`;
    const entry = this.#entries.get(key) ?? { octets: 0, messages: [], echoes: [] };
    // The one asked for last is the last to go.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#octets <= this.#limit || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#octets -= entry.octets;
    }
  }
}

function digest(octets: Uint8Array): string {
  return hash("sha1", octets, "base64");
}
