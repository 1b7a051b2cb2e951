import { isValueOctet } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { StartLine } from "./head-decoder.ts";

const CR = 0x0d;
const LF = 0x0a;

// "HTTP/1." digit SP digit digit digit SP, a digit where there is no octet.
const pattern = [
  0x48,
  0x54,
  0x54,
  0x50,
  0x2f,
  0x31,
  0x2e,
  undefined,
  0x20,
  undefined,
  undefined,
  undefined,
  0x20,
];

/**
 * Reads a status line of HTTP/1.x (RFC 9112 §4), strictly: single spaces, three digits, CRLF; the reason may
 * be empty.
 */
export class StatusLine implements StartLine {
  readonly most: number;
  readonly #maxBytes: number;
  #state: "line" | "lf" | "done" = "line";
  #end = 0;
  #ascii = true;

  /** Takes the octets that the line may have, without its CRLF. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.most = maxBytes + 2;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  get ascii(): boolean {
    return this.#ascii;
  }

  scan(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    for (; place < end && this.#state === "line"; place++) this.#octet(bytes[place]!, place);
    if (place === end) return place;
    if (bytes[place] !== LF) throw new HandshakeError("status_line");
    this.#state = "done";
    return place + 1;
  }

  #octet(octet: number, place: number): void {
    if (place >= pattern.length && octet === CR) {
      this.#end = place;
      this.#state = "lf";
      return;
    }
    if (place >= this.#maxBytes || !fits(octet, place)) throw new HandshakeError("status_line");
    if (octet > 0x7f) this.#ascii = false;
  }

  /** Cuts the line out of the head's text. */
  parts(text: string): { httpVersion: string; status: number; reason: string } {
    return {
      httpVersion: text.slice(5, 8),
      status: Number(text.slice(9, 12)),
      reason: text.slice(pattern.length, this.#end),
    };
  }
}

function fits(octet: number, place: number): boolean {
  if (place >= pattern.length) return isValueOctet(octet);
  const expected = pattern[place];
  return expected === undefined ? octet >= 0x30 && octet <= 0x39 : octet === expected;
}
