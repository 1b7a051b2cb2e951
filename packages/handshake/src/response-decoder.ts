import { FieldLines } from "./field-lines.ts";
import { HeadDecoder } from "./head-decoder.ts";
import type { HeaderMap } from "./header-map.ts";
import { type RequestLimits, resolveLimits } from "./request-limits.ts";
import { StatusLine } from "./status-line.ts";

/** A response as it was sent: well-formed, not yet judged. */
export type HandshakeResponse = {
  /** What stands after `HTTP/`: "1.1". */
  readonly httpVersion: string;
  readonly status: number;
  /** The words after the status; may be empty. */
  readonly reason: string;
  readonly headers: HeaderMap;
};

/**
 * Reads one HTTP/1.x response head, as strictly as `RequestDecoder` reads a request. Any status is read;
 * `checkResponse` judges the response. `requestLine` limits the status line.
 */
export class ResponseDecoder {
  readonly #line: StatusLine;
  readonly #fields: FieldLines;
  readonly #head: HeadDecoder;

  /** Throws a RangeError when a limit is not a whole number above 0. */
  constructor(limits?: Partial<RequestLimits>) {
    const { requestLine, headerBytes, headerCount } = resolveLimits(limits);
    this.#line = new StatusLine(requestLine);
    this.#fields = new FieldLines(headerBytes, headerCount);
    this.#head = new HeadDecoder(this.#line, this.#fields);
  }

  /**
   * Takes the octets of `chunk` from `start` to `end`. What is needed of them is copied: the chunk may be
   * reused at once. A fault of the peer is thrown by `next`. Throws a TypeError after `next` has given the
   * response.
   */
  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    this.#head.push(chunk, start, end);
  }

  /**
   * Gives the response and the octets after its head (frames after a 101, a body after another status), once;
   * `undefined` while octets are missing. Throws the same HandshakeError each time when the response is
   * malformed or over a limit.
   */
  next(): { response: HandshakeResponse; rest: Uint8Array } | undefined {
    const head = this.#head.next();
    if (head === undefined) return undefined;
    const response = { ...this.#line.parts(head.text), headers: this.#fields.toHeaderMap(head.text) };
    return { response, rest: head.rest };
  }
}
