/** What is wrong with a message: which field, and why. Thrown by the readers of fields, never out of a parser. */
export class BadMessage extends Error {
  override readonly name = "BadMessage";
  /** The field at fault; empty when the message as a whole is. */
  readonly field: string;
  /** Which room and message it was about, as far as that can be told. */
  about: { readonly room?: string; readonly id?: string } = {};

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A JSON object that nothing is known of yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A place in a room's history: how many messages it had seen; the epoch tells one history from the next. */
export type Position = { readonly epoch: string; readonly offset: number };

/** Somebody: `id` is the same for all of a person's tabs, and nobody can guess the key that it is made of. */
export type Person = {
  readonly id: string;
  readonly nick: string;
  /** 0 to 7: one of the page's colours. */
  readonly colour: number;
};

/** How many colours there are to choose from. */
export const colours = 8;

const maxNick = 24;

/** Characters of the text of a message, in UTF-16 units. */
export const maxText = 2_000;

/** What neither a name nor a text may hold: control characters, and those that turn the direction of what follows. */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Reads the JSON of a whole message. */
export function fieldsOf(data: unknown): Fields {
  if (typeof data !== "string") throw new BadMessage("", "A message is text");
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new BadMessage("", "A message is JSON");
  }
  return objectIn("", value);
}

/** An object, its fields not checked yet. */
export function objectIn(field: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadMessage(field, `${field || "A message"} is an object`);
  }
  return value as Fields;
}

/** Refuses fields that a message of this type does not have. */
export function checkNames(fields: Fields, names: readonly string[]): void {
  for (const name of Object.keys(fields)) {
    if (name !== "type" && !names.includes(name)) throw new BadMessage(name.slice(0, 40), "unknown field");
  }
}

/** A string of an alphabet, such as an id. */
export function stringIn(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new BadMessage(field, `${field} must match ${pattern.source}`);
}

/** A whole number from `min` to `max`. */
export function numberIn(fields: Fields, field: string, min: number, max: number): number {
  const value = fields[field];
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new BadMessage(field, `${field} must be a whole number from ${min} to ${max}`);
}

/** One of some strings. */
export function oneIn<Value extends string>(fields: Fields, field: string, values: readonly Value[]): Value {
  const value = values.find((known) => known === fields[field]);
  if (value === undefined) throw new BadMessage(field, `${field} must be one of ${values.join(", ")}`);
  return value;
}

/** A nick: 1 to 24 characters that can be seen, without space around them. */
export function nickIn(fields: Fields): string {
  const { nick } = fields;
  if (typeof nick === "string" && isNick(nick)) return nick;
  throw new BadMessage("nick", `nick must be 1 to ${maxNick} characters that can be seen, no space around`);
}

/** Whether somebody may be called so. */
export function isNick(nick: string): boolean {
  const length = [...nick].length;
  if (length === 0 || length > maxNick || nick !== nick.trim()) return false;
  return nick.isWellFormed() && !unseen.test(nick);
}

/** What somebody says: 1 to 2,000 characters, not only space; of control characters only line breaks and tabs. */
export function textIn(fields: Fields): string {
  const { text } = fields;
  if (typeof text !== "string") throw new BadMessage("text", "text must be a string");
  if (text.length > maxText) throw new BadMessage("text", `text must have at most ${maxText} characters`);
  if (text.trim() === "") throw new BadMessage("text", "text must not be empty");
  if (!text.isWellFormed() || unseen.test(text.replace(/[\n\t]/g, ""))) {
    throw new BadMessage("text", "text must be of characters that can be seen");
  }
  return text;
}

/** A position, wherever it comes from: its epoch is only compared. */
export function positionIn(fields: Fields, field: string): Position {
  const position = objectIn(field, fields[field]);
  checkNames(position, ["epoch", "offset"]);
  return {
    epoch: stringIn(position, "epoch", /^[\x21-\x7e]{1,64}$/),
    offset: numberIn(position, "offset", 0, Number.MAX_SAFE_INTEGER),
  };
}

/** Somebody, as others are shown. */
export function personIn(field: string, value: unknown): Person {
  const fields = objectIn(field, value);
  return {
    id: stringIn(fields, "id", /^[\w-]{1,32}$/),
    nick: nickIn(fields),
    colour: numberIn(fields, "colour", 0, colours - 1),
  };
}
