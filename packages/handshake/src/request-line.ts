import { isTargetOctet, isTokenOctet } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { StartLine } from "./head-decoder.ts";

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const version = [0x48, 0x54, 0x54, 0x50, 0x2f, undefined, 0x2e, undefined] as const; // HTTP/ digit . digit

/** First words of the HTTP/2 preface (RFC 9113 §3.4) and of a PROXY header, which are no methods. */
const otherProtocols = [
  [0x50, 0x52, 0x49],
  [0x50, 0x52, 0x4f, 0x58, 0x59],
];

type State = "lead" | "lead-lf" | "method" | "target" | "version" | "lf" | "done";

/**
 * Reads a request line (RFC 9112 §3): single spaces, CRLF, nothing lenient but one empty line before it
 * (§2.2). What cannot be a request is refused at the first octet that tells, be it TLS, the HTTP/2 preface, a
 * PROXY header or noise.
 */
export class RequestLine implements StartLine {
  readonly most: number;
  readonly ascii: boolean = true;
  readonly #maxBytes: number;
  #state: State = "lead";
  #start = 0;
  #methodEnd = 0;
  #targetEnd = 0;

  /** Takes the octets that the line may have, without its CRLF. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.most = maxBytes + 4;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  /** Makes it ready for another line. */
  reset(): void {
    this.#state = "lead";
    this.#start = 0;
  }

  scan(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    while (place < end && this.#state !== "done") place = this.#step(bytes, place, end);
    return place;
  }

  #step(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case "lead":
        if (bytes[at] !== CR) {
          this.#state = "method";
          return at;
        }
        this.#state = "lead-lf";
        return at + 1;
      case "lead-lf":
        if (bytes[at] !== LF) throw new HandshakeError("request_line");
        this.#start = at + 1;
        this.#state = "method";
        return at + 1;
      case "method":
        return this.#method(bytes, at, this.#limit(at, end));
      case "target":
        return this.#target(bytes, at, this.#limit(at, end));
      case "version":
        return this.#version(bytes, at, end);
      default:
        if (bytes[at] !== LF) throw new HandshakeError("request_line");
        this.#state = "done";
        return at + 1;
    }
  }

  /** The end, or the place where the line must be over. */
  #limit(at: number, end: number): number {
    const limitAt = this.#start + this.#maxBytes;
    if (at >= limitAt) throw new HandshakeError("request_line", 414);
    return Math.min(end, limitAt);
  }

  #method(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    while (place < end && isTokenOctet(bytes[place]!)) place++;
    if (place === end) return place;
    if (bytes[place] !== SP || place === this.#start) throw new HandshakeError("request_line");
    if (isOtherProtocol(bytes, this.#start, place)) throw new HandshakeError("request_line");
    this.#methodEnd = place;
    this.#state = "target";
    return place + 1;
  }

  #target(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    while (place < end && isTargetOctet(bytes[place]!)) place++;
    if (place === end) return place;
    const octet = bytes[place]!;
    if (octet === SP && place > this.#methodEnd + 1) {
      this.#targetEnd = place;
      this.#state = "version";
      return place + 1;
    }
    const ofTheLine = octet === SP || octet === CR || octet === LF || octet === 0x09;
    throw ofTheLine ? new HandshakeError("request_line") : new HandshakeError("path", 400);
  }

  #version(bytes: Uint8Array, at: number, end: number): number {
    let place = at;
    for (; place < end; place++) {
      const index = place - this.#targetEnd - 1;
      const octet = bytes[place]!;
      if (index === version.length) {
        if (octet !== CR) throw new HandshakeError("request_line");
        this.#state = "lf";
        return place + 1;
      }
      this.#limit(place, end);
      const expected = version[index];
      const fits = expected === undefined ? octet >= 0x30 && octet <= 0x39 : octet === expected;
      if (!fits) throw new HandshakeError("request_line");
    }
    return place;
  }

  /** Cuts the line out of the head's text. */
  parts(text: string): { method: string; target: string; httpVersion: string } {
    return {
      method: text.slice(this.#start, this.#methodEnd),
      target: text.slice(this.#methodEnd + 1, this.#targetEnd),
      httpVersion: text.slice(this.#targetEnd + 6, this.#targetEnd + 9),
    };
  }
}

function isOtherProtocol(bytes: Uint8Array, start: number, end: number): boolean {
  for (const word of otherProtocols) {
    let same = 0;
    while (same < word.length && bytes[start + same] === word[same]) same++;
    if (same === word.length && end - start === same) return true;
  }
  return false;
}
