import { corpusOf } from "../corpus/corpus.ts";
import type { CorpusCache, CorpusRow } from "./corpus-cache.ts";
import { endsStream, inflateMessage } from "./deflate.ts";

const none = new Uint8Array(0);

/**
 * Inflates the peer's echoes of a row of corpus messages. What has been seen before is not inflated again: the same
 * octets after the same messages give the same text.
 */
export class EchoInflater {
  readonly #cache: CorpusCache;
  readonly #row: CorpusRow;
  /** Echoes that were right so far. */
  #right = 0;
  /** Set once the peer's inflated octets are no longer just the messages of the row. */
  #history: Uint8Array | undefined;
  #ended = false;
  #last: Uint8Array = none;
  #lastKnown = false;

  constructor(cache: CorpusCache, row: CorpusRow) {
    this.#cache = cache;
    this.#row = row;
  }

  /** Inflates one message; throws when it cannot be. */
  inflate(compressed: Uint8Array): Uint8Array {
    const { corpus, length, windowBits } = this.#row;
    const expected = corpusOf(corpus).window(this.#right, length);
    this.#last = compressed;
    this.#lastKnown = this.#history === undefined && this.#cache.isEcho(this.#row, this.#right, compressed);
    if (this.#lastKnown) return expected;
    // As for the genuine suite's inflater: what follows the end of a stream is nothing.
    if (this.#ended) return none;
    const before = this.#before();
    const inflated = this.#tryInflate(compressed, before, expected.length + 1024);
    if (this.#right === 0 && !this.#row.noContext) this.#ended = endsStream(compressed, windowBits, before);
    if (this.#history !== undefined) this.#remember(inflated);
    return inflated;
  }

  /** The message was the one expected; `compressed` tells how it came. */
  confirm(compressed: boolean): void {
    const regular = this.#history === undefined;
    if (!compressed && regular && !this.#row.noContext) this.#history = this.#before().slice();
    // The end of a stream is noticed in its first message only, so that message has to be looked at each time.
    if (compressed && regular && !this.#lastKnown && !this.#ended) {
      this.#cache.addEcho(this.#row, this.#right, this.#last);
    }
    this.#right++;
  }

  #before(): Uint8Array {
    const { corpus, length, windowBits, noContext } = this.#row;
    if (noContext) return none;
    return this.#history ?? corpusOf(corpus).before(this.#right, length, 2 ** windowBits);
  }

  #tryInflate(compressed: Uint8Array, before: Uint8Array, room: number): Uint8Array {
    try {
      return inflateMessage(compressed, this.#row.windowBits, before, room);
    } catch (error) {
      // More than was sent: a wrong echo, but no fault of the compression.
      if (error instanceof RangeError) return new Uint8Array(room);
      throw error;
    }
  }

  #remember(inflated: Uint8Array): void {
    const all = Buffer.concat([this.#history ?? none, inflated]);
    this.#history = all.subarray(Math.max(0, all.length - 2 ** this.#row.windowBits));
  }
}
