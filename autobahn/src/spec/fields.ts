import { FileFault, type Located } from "./located-json.ts";

/** Reads the fields of an object one by one, and knows in the end which nobody asked for. */
export class Fields {
  readonly #fields: ReadonlyMap<string, Located>;
  readonly #asked = new Set<string>();
  readonly line: number;

  /** Throws a FileFault when the value is no object; `what` names it. */
  constructor(value: Located, what: string) {
    if (value.kind !== "object") throw new FileFault(value.line, `${what} has to be an object`);
    this.#fields = value.fields;
    this.line = value.line;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  get(name: string): Located | undefined {
    this.#asked.add(name);
    return this.#fields.get(name);
  }

  /** The line of a field, of the object where it has none. */
  lineOf(name: string): number {
    return this.#fields.get(name)?.line ?? this.line;
  }

  string(name: string): string | undefined {
    const field = this.get(name);
    if (field === undefined) return undefined;
    if (field.kind === "value" && typeof field.value === "string") return field.value;
    throw new FileFault(field.line, `${name} has to be a string`);
  }

  strings(name: string): string[] | undefined {
    const field = this.get(name);
    return field === undefined ? undefined : stringsOf(field, name);
  }

  /** A field that must be there. */
  required<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) throw new FileFault(this.line, `${name} is missing`);
    return value;
  }

  /** Names and values of all fields. */
  entries(): [string, Located][] {
    return [...this.#fields];
  }

  /** Throws a FileFault when a field is left that nobody asked for. */
  end(what: string): void {
    for (const [name, { line }] of this.#fields) {
      if (!this.#asked.has(name)) throw new FileFault(line, `${what} has no field ${JSON.stringify(name)}`);
    }
  }
}

/** The strings of an array; throws a FileFault when it is something else. */
export function stringsOf(value: Located, what: string): string[] {
  if (value.kind !== "array") throw new FileFault(value.line, `${what} has to be an array of strings`);
  return value.items.map((item) => {
    if (item.kind === "value" && typeof item.value === "string") return item.value;
    throw new FileFault(item.line, `${what} has to be an array of strings`);
  });
}
