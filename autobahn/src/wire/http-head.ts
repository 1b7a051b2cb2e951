/** The head of an HTTP message as it came, read as leniently as the genuine suite reads it. */
export type HttpHead = {
  /** The first line. */
  readonly start: string;
  /** Values by lower-case name; those of a name that stands more than once are joined with ", ". */
  readonly fields: ReadonlyMap<string, string>;
  /** How often each name stands there. */
  readonly counts: ReadonlyMap<string, number>;
  /** All of it, with the blank line. */
  readonly text: string;
  /** What came after it. */
  readonly rest: Uint8Array;
};

/** Octets that a head may have. */
const limit = 65_536;

/** Reads a head from all that came so far; `undefined` while it is not complete. Throws an Error when it is endless. */
export function readHttpHead(octets: Uint8Array): HttpHead | undefined {
  const whole = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const end = whole.indexOf("\r\n\r\n");
  if (end < 0) {
    if (whole.length > limit) throw new Error(`no end of the HTTP header within ${limit} octets`);
    return undefined;
  }
  const text = whole.toString("latin1", 0, end + 4);
  const [start = "", ...lines] = text.trimEnd().split("\r\n");
  const fields = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return { start, fields, counts, text, rest: whole.subarray(end + 4) };
}
