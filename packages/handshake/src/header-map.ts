import { isFieldValue, isToken, trimSpace } from "./characters.ts";

/**
 * The header fields of one message: names without regard to case, duplicates and order kept (RFC 9110 §5.2,
 * §5.3). Values are latin1 strings, one character per octet. Lists are searched, nothing is keyed by a name,
 * so that no name is special.
 */
export class HeaderMap {
  readonly #names: readonly string[];
  readonly #values: readonly string[];

  /** Keeps both arrays as they are: lower-case names, and the value of each at the same index. */
  constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#values = values;
  }

  /**
   * Makes a map from names and values in turn, as Node's `rawHeaders` has them. Throws a TypeError when a
   * name is not a token or a value cannot stand in a header.
   */
  static fromRaw(raw: readonly string[]): HeaderMap {
    if (raw.length % 2 !== 0) throw new TypeError("raw headers must be names and values in turn");
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!;
      const value = raw[i + 1]!;
      if (!isToken(name)) throw new TypeError(`raw headers: name ${i / 2} is not a token`);
      if (!isFieldValue(value))
        throw new TypeError(`raw headers: the value of ${name} has a forbidden character`);
      names.push(name.toLowerCase());
      values.push(trimSpace(value));
    }
    return new HeaderMap(names, values);
  }

  /** The number of header lines. */
  get size(): number {
    return this.#names.length;
  }

  /** Tells whether a header was sent, be it empty. */
  has(name: string): boolean {
    return this.#names.includes(lowerCase(name));
  }

  /**
   * Gives the value of a header, several lines joined with ", " (RFC 9110 §5.3); `undefined` when it was not
   * sent.
   */
  get(name: string): string | undefined {
    const wanted = lowerCase(name);
    const first = this.#names.indexOf(wanted);
    if (first === -1) return undefined;
    return this.#names.indexOf(wanted, first + 1) === -1
      ? this.#values[first]
      : this.getAll(wanted).join(", ");
  }

  /** How many lines of a header were sent. */
  count(name: string): number {
    const wanted = lowerCase(name);
    let count = 0;
    for (const sent of this.#names) if (sent === wanted) count++;
    return count;
  }

  /** Gives the values of all lines of one header, in the order sent. */
  getAll(name: string): readonly string[] {
    const wanted = lowerCase(name);
    return this.#values.filter((_, i) => this.#names[i] === wanted);
  }

  /** Walks over all lines in the order sent: the name in lower case, the value. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.#names.length; i++) yield [this.#names[i]!, this.#values[i]!];
  }

  /** The same as {@link HeaderMap.entries}. */
  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries();
  }
}

/** What is in lower case already is given back as it is: making the same again takes memory. */
function lowerCase(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit > 0x7f || (unit >= 0x41 && unit <= 0x5a)) return name.toLowerCase();
  }
  return name;
}
