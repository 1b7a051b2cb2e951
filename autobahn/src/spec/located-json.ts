/** What is wrong with a file, and where: `line` counts from 1. */
export class FileFault extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.name = "FileFault";
    this.line = line;
  }
}

/** A value of JSON that knows the line it begins on. */
export type Located = { readonly line: number } & (
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Located> }
  | { readonly kind: "array"; readonly items: readonly Located[] }
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
);

/** Reads JSON (RFC 8259); throws a FileFault that names the line and what stands there. */
export function parseLocated(text: string): Located {
  const parser = new Parser(text);
  const value = parser.value();
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Located {
    this.#skip();
    const line = this.#line;
    const next = this.#text[this.#at];
    if (next === "{") return { kind: "object", line, fields: this.#object() };
    if (next === "[") return { kind: "array", line, items: this.#array() };
    if (next === '"') return { kind: "value", line, value: this.#string() };
    const [word] = /^[^\s,\]}:"]+/.exec(this.#text.slice(this.#at, this.#at + 100)) ?? [""];
    if (!/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(word)) this.#fault("a value");
    this.#at += word.length;
    return { kind: "value", line, value: JSON.parse(word) };
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) this.#fault("the end of the file");
  }

  #object(): Map<string, Located> {
    const fields = new Map<string, Located>();
    this.#at++;
    this.#skip();
    if (this.#take("}")) return fields;
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] !== '"') this.#fault('a name in quotes or "}"');
      const line = this.#line;
      const name = this.#string();
      if (fields.has(name)) throw new FileFault(line, `${JSON.stringify(name)} stands there twice`);
      this.#skip();
      if (!this.#take(":")) this.#fault('":"');
      // A field is where its name is, not where its value begins.
      fields.set(name, { ...this.value(), line });
      this.#skip();
      if (this.#take("}")) return fields;
      if (!this.#take(",")) this.#fault('"," or "}"');
    }
  }

  #array(): Located[] {
    const items: Located[] = [];
    this.#at++;
    this.#skip();
    if (this.#take("]")) return items;
    for (;;) {
      items.push(this.value());
      this.#skip();
      if (this.#take("]")) return items;
      if (!this.#take(",")) this.#fault('"," or "]"');
    }
  }

  #string(): string {
    const start = this.#at++;
    for (let next = this.#text[this.#at]; next !== '"'; next = this.#text[++this.#at]) {
      if (next === undefined || next === "\n") this.#fault("the end of the string");
      if (next === "\\") this.#at++;
    }
    this.#at++;
    const source = this.#text.slice(start, this.#at);
    try {
      return JSON.parse(source);
    } catch {
      throw new FileFault(this.#line, `${source} is no string`);
    }
  }

  #skip(): void {
    for (; /\s/.test(this.#text[this.#at] ?? ""); this.#at++) if (this.#text[this.#at] === "\n") this.#line++;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fault(wanted: string): never {
    const found = this.#text[this.#at];
    const there =
      found === undefined
        ? "the file ends"
        : found === "\n"
          ? "the line ends"
          : `${JSON.stringify(found)} stands there`;
    throw new FileFault(this.#line, `${wanted} is expected, but ${there}`);
  }
}
