/** Octets of a read, a write or a payload that are kept for the report. */
const kept = 256;

/** How many there were, and the first of them. */
export type Excerpt = { readonly length: number; readonly octets: Uint8Array };

/** One line of what happened on the wire, `at` milliseconds after the connection was begun. */
export type WireEntry = { readonly at: number } & (
  | { readonly kind: "read"; readonly excerpt: Excerpt }
  | { readonly kind: "write"; readonly excerpt: Excerpt; readonly queued: boolean }
  | {
      readonly kind: "frame-in";
      readonly payload: Excerpt;
      readonly opcode: number;
      readonly fin: boolean;
      readonly rsv: number;
      readonly key: number | undefined;
    }
  | {
      readonly kind: "frame-out";
      readonly payload: Excerpt;
      readonly opcode: number;
      readonly fin: boolean;
      readonly rsv: number;
      readonly key: number | undefined;
      readonly chop: number | undefined;
      readonly sync: boolean;
    }
  | { readonly kind: "pause"; readonly seconds: number; readonly tag: string | undefined }
  | { readonly kind: "pause-end"; readonly tag: string | undefined }
  | { readonly kind: "kill-after" | "close-after"; readonly seconds: number }
  | { readonly kind: "kill" | "close" }
  | { readonly kind: "log"; readonly on: boolean }
  /** What the tester noticed, in words: a violation, a timer that ran out, TCP dropped. */
  | { readonly kind: "note"; readonly text: string }
);

/** An entry without its time. */
export type NewEntry = WireEntry extends infer Entry
  ? Entry extends WireEntry
    ? Omit<Entry, "at">
    : never
  : never;

/** Keeps what happened on the wire of one case, unless it is switched off for the load of a big one. */
export class WireLog {
  readonly entries: WireEntry[] = [];
  readonly #begun: number = performance.now();
  #on = true;

  get on(): boolean {
    return this.#on;
  }

  switch(on: boolean): void {
    if (on === this.#on) return;
    this.#on = true;
    this.add({ kind: "log", on });
    this.#on = on;
  }

  add(entry: NewEntry): void {
    if (!this.#on) return;
    this.entries.push({ ...entry, at: performance.now() - this.#begun } as WireEntry);
  }

  /** As `add`, even while the log is off. */
  note(text: string): void {
    this.entries.push({ kind: "note", text, at: performance.now() - this.#begun });
  }
}

/** The length of some octets and a copy of their beginning. */
export function excerptOf(...pieces: readonly Uint8Array[]): Excerpt {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const octets = new Uint8Array(Math.min(length, kept));
  let at = 0;
  for (const piece of pieces) {
    if (at === octets.length) break;
    const part = piece.subarray(0, octets.length - at);
    octets.set(part, at);
    at += part.length;
  }
  return { length, octets };
}
