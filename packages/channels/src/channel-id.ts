const encoder = new TextEncoder();

/** A string of this many UTF-16 units has no more than three times as many octets. */
const octetsPerUnit = 3;

/** Throws a RangeError for a channel name of more than `limit` octets in UTF-8. Ids of other kinds have no length. */
export function checkId(id: unknown, limit: number): void {
  if (typeof id !== "string" || fits(id, limit)) return;
  throw new RangeError(`The name of a channel has at most ${limit} bytes (limits.idBytes)`);
}

/** Whether a string has at most `limit` octets in UTF-8. */
export function fits(value: string, limit: number): boolean {
  if (value.length * octetsPerUnit <= limit) return true;
  return value.length <= limit && encoder.encode(value).length <= limit;
}

/** Throws a TypeError for an id that cannot name a channel across nodes. */
export function checkShared(id: unknown): asserts id is string {
  if (isWellFormed(id)) return;
  throw new TypeError("With a bus the id of a channel is a string without lone surrogates");
}

/** Whether a value is a string that UTF-8 can carry: one without lone surrogates. */
export function isWellFormed(value: unknown): value is string {
  return typeof value === "string" && !/\p{Surrogate}/u.test(value);
}
