import { isSpace, isTokenOctet, isValueOctet } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import { HeaderMap } from "./header-map.ts";
import { lowerName } from "./lower-name.ts";

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

type State = "line" | "name" | "space" | "value" | "value-lf" | "last-lf" | "done";

/**
 * Reads the header lines of a message and the empty line after them (RFC 9112 §5), each octet once, at
 * whatever places the octets are cut. Notes where names and values lie and makes no string before all is
 * there.
 */
export class FieldLines {
  /** The most octets that the lines and the empty line may have. */
  readonly most: number;
  readonly #maxBytes: number;
  readonly #maxCount: number;
  /** Where names and values begin and end, in turn; what lies behind the count is of an earlier message. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  #count = 0;
  #state: State = "line";
  #limitAt = 0;
  #ascii = true;

  /**
   * Takes the octets that all lines together may have, with their CRLFs and without the empty line, and how
   * many lines.
   */
  constructor(maxBytes: number, maxCount: number) {
    this.most = maxBytes + 2;
    this.#maxBytes = maxBytes;
    this.#maxCount = maxCount;
  }

  /** Whether the empty line has been read. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** Whether no octet above 0x7f has been read. */
  get ascii(): boolean {
    return this.#ascii;
  }

  /** Makes it ready for another message. */
  reset(): void {
    this.#count = 0;
    this.#state = "line";
    this.#ascii = true;
  }

  /** Says where in the message the header lines begin. */
  begin(at: number): void {
    this.#limitAt = at + this.#maxBytes;
  }

  /**
   * Reads on from `at` and gives the place behind the last octet read. Throws a HandshakeError (`headers`).
   */
  scan(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    while (place < end && this.#state !== "done") {
      // At the limit only the empty line may begin.
      const emptyLine = this.#state === "last-lf" || (this.#state === "line" && bytes[place] === CR);
      if (place >= this.#limitAt && !emptyLine) throw new HandshakeError("headers", 431);
      place = this.#step(bytes, place, Math.min(end, this.#limitAt));
    }
    return place;
  }

  #step(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    switch (this.#state) {
      case "line":
        if (bytes[place] === CR) {
          this.#state = "last-lf";
          return place + 1;
        }
        // A space here is a folded line or one after the start line, a colon an empty name: both refused.
        if (!isTokenOctet(bytes[place]!)) throw new HandshakeError("headers");
        if (this.#count === this.#maxCount * 2) throw new HandshakeError("headers", 431);
        this.#from[this.#count] = place;
        this.#state = "name";
        return place + 1;
      case "name":
        while (place < end && isTokenOctet(bytes[place]!)) place++;
        if (place === end) return place;
        if (bytes[place] !== COLON) throw new HandshakeError("headers");
        this.#to[this.#count++] = place;
        this.#state = "space";
        return place + 1;
      case "space":
        while (place < end && isSpace(bytes[place]!)) place++;
        if (place === end) return place;
        this.#from[this.#count] = place;
        this.#state = "value";
        return place;
      case "value":
        while (place < end && isValueOctet(bytes[place]!)) {
          if (bytes[place]! > 0x7f) this.#ascii = false;
          place++;
        }
        if (place === end) return place;
        if (bytes[place] !== CR) throw new HandshakeError("headers");
        this.#endValue(bytes, place);
        this.#state = "value-lf";
        return place + 1;
      default:
        // A bare CR is refused: what follows it must be the LF.
        if (bytes[place] !== LF) throw new HandshakeError("headers");
        this.#state = this.#state === "last-lf" ? "done" : "line";
        return place + 1;
    }
  }

  #endValue(bytes: Uint8Array, at: number): void {
    const start = this.#from[this.#count]!;
    let end = at;
    while (end > start && isSpace(bytes[end - 1]!)) end--;
    this.#to[this.#count++] = end;
  }

  /** Makes the map; `text` is the message from its first octet, one character per octet. */
  toHeaderMap(text: string): HeaderMap {
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < this.#count; i += 2) {
      names.push(lowerName(text, this.#from[i]!, this.#to[i]!));
      values.push(text.slice(this.#from[i + 1], this.#to[i + 1]));
    }
    return new HeaderMap(names, values);
  }
}
