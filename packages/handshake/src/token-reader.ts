import { isSpace, isTokenOctet } from "./characters.ts";

/** More white space in a row than any honest client sends; a longer run makes the list malformed. */
const maxSpace = 64;

/** Walks over a header value once, piece by piece (RFC 9110 §5.6). */
export class TokenReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether all is read. */
  get done(): boolean {
    return this.#at === this.#text.length;
  }

  /** Skips white space, but not without bound. */
  skipSpace(): void {
    const end = Math.min(this.#text.length, this.#at + maxSpace);
    while (this.#at < end && isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  /** Takes one character if it is the next one. */
  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Takes the longest token from here; empty when there is none. */
  token(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && isTokenOctet(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /**
   * Takes the rest of a quoted string whose first quote has been taken (RFC 9110 §5.6.4); `undefined` when it
   * never ends.
   */
  quoted(): string | undefined {
    let value = "";
    for (; this.#at < this.#text.length; this.#at++) {
      if (this.take('"')) return value;
      if (this.#text[this.#at] === "\\") this.#at++;
      value += this.#text[this.#at] ?? "";
    }
    return undefined;
  }
}

/**
 * Reads a comma-separated list (RFC 9110 §5.6.1): `read` takes one item and gives `undefined` when there is
 * none. The whole is `undefined` when an item is malformed, something is left over, or there are more than
 * `max` items.
 */
export function parseList<T>(
  text: string,
  max: number,
  read: (reader: TokenReader) => T | undefined,
): T[] | undefined {
  const reader = new TokenReader(text);
  const items: T[] = [];
  do {
    if (items.length === max) return undefined;
    reader.skipSpace();
    const item = read(reader);
    if (item === undefined) return undefined;
    items.push(item);
    reader.skipSpace();
  } while (reader.take(","));
  return reader.done ? items : undefined;
}
