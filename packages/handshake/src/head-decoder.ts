import type { FieldLines } from "./field-lines.ts";
import { decodeLatin1 } from "./latin1.ts";

const nothing: Uint8Array = new Uint8Array(0);

/**
 * Reads the first line of a message, at whatever places the octets are cut: what differs between requests and
 * responses.
 */
export interface StartLine {
  /** The most octets that the line and what is tolerated before it may have, with CRLFs. */
  readonly most: number;
  /** Whether the line has been read to its LF. */
  readonly done: boolean;
  /** Whether no octet above 0x7f has been read. */
  readonly ascii: boolean;
  /** Reads on from `at` and gives the place behind the last octet read. Throws a HandshakeError. */
  scan(bytes: Uint8Array, at: number, end: number): number;
}

/**
 * Reads a start line and header lines (RFC 9112 §2.1), each octet once. A head that comes in one chunk is
 * read where it lies; what comes of an unfinished one is copied, never more than the limits allow. One
 * decoder reads one head, and another one after `reset`.
 */
export class HeadDecoder {
  readonly #line: StartLine;
  readonly #fields: FieldLines;
  readonly #most: number;
  #state: "reading" | "done" | "taken" | "failed" = "reading";
  #failure: unknown;
  #kept = nothing;
  #length = 0;
  #at = 0;
  #text = "";
  #rest = nothing;

  constructor(line: StartLine, fields: FieldLines) {
    this.#line = line;
    this.#fields = fields;
    this.#most = line.most + fields.most;
  }

  /** Makes it ready for another head. Its line and its fields have to be so too. */
  reset(): void {
    this.#state = "reading";
    this.#failure = undefined;
    this.#kept = nothing;
    this.#length = 0;
    this.#at = 0;
    this.#text = "";
    this.#rest = nothing;
  }

  /** Takes octets. After a failure they are dropped; after the head they are kept until the head is taken. */
  push(chunk: Uint8Array, start: number, end: number): void {
    switch (this.#state) {
      case "reading":
        try {
          this.#read(start === 0 ? chunk : chunk.subarray(start, end), end - start);
        } catch (error) {
          this.#state = "failed";
          this.#failure = error;
          this.#kept = nothing;
        }
        return;
      case "done":
        this.#rest = join(this.#rest, chunk.subarray(start, end));
        return;
      case "taken":
        throw new TypeError("the head has been taken: what follows it is not for this decoder");
      case "failed":
        return;
    }
  }

  /**
   * Gives the head as text and the octets after it, once; `undefined` while it is incomplete. Throws what
   * went wrong.
   */
  next(): { text: string; rest: Uint8Array } | undefined {
    if (this.#state === "failed") throw this.#failure;
    if (this.#state !== "done") return undefined;
    const head = { text: this.#text, rest: this.#rest };
    this.#state = "taken";
    this.#text = "";
    this.#rest = nothing;
    return head;
  }

  /** Reads the first `length` octets. */
  #read(chunk: Uint8Array, length: number): void {
    if (this.#length === 0) {
      this.#scan(chunk, length);
      if (this.#state === "reading") this.#keep(chunk.subarray(0, length));
      else if (this.#at < length) this.#rest = copy(chunk, this.#at, length);
      return;
    }
    // No more than this is looked at: by then the head is complete or over its limits.
    const before = this.#length;
    this.#keep(chunk.subarray(0, Math.min(length, this.#most - before)));
    this.#scan(this.#kept, this.#length);
    if (this.#state === "reading") return;
    this.#kept = nothing;
    if (this.#at - before < length) this.#rest = copy(chunk, this.#at - before, length);
  }

  #scan(bytes: Uint8Array, end: number): void {
    if (!this.#line.done) {
      this.#at = this.#line.scan(bytes, this.#at, end);
      if (!this.#line.done) return;
      this.#fields.begin(this.#at);
    }
    this.#at = this.#fields.scan(bytes, this.#at, end);
    if (!this.#fields.done) return;
    this.#text = decodeLatin1(bytes.subarray(0, this.#at), this.#line.ascii && this.#fields.ascii);
    this.#state = "done";
  }

  #keep(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.min(this.#most, Math.max(512, 2 * length)));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(chunk, this.#length);
    this.#length = length;
  }
}

/** Not `slice`: on a Node Buffer that would be a view of octets that are about to change. */
function copy(chunk: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(chunk.subarray(start, end));
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
