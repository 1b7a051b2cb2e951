import { FieldLines } from "./field-lines.ts";
import { HeadDecoder } from "./head-decoder.ts";
import { type HandshakeRequest, parseTarget } from "./request.ts";
import { type RequestLimits, resolveLimits } from "./request-limits.ts";
import { RequestLine } from "./request-line.ts";

/**
 * Reads one HTTP/1.1 request head, strictly (RFC 9112): `push` octets as they come, then ask `next`. One
 * decoder reads one request, and another one after `reset`; one that failed stays failed until then. It judges the syntax only; `checkRequest`
 * judges the request.
 */
export class RequestDecoder {
  readonly #line: RequestLine;
  readonly #fields: FieldLines;
  readonly #head: HeadDecoder;

  /** Throws a RangeError when a limit is not a whole number above 0. */
  constructor(limits?: Partial<RequestLimits>) {
    const { requestLine, headerBytes, headerCount } = resolveLimits(limits);
    this.#line = new RequestLine(requestLine);
    this.#fields = new FieldLines(headerBytes, headerCount);
    this.#head = new HeadDecoder(this.#line, this.#fields);
  }

  /**
   * Takes the octets of `chunk` from `start` to `end`. What is needed of them is copied: the chunk may be
   * reused at once. A fault of the peer is thrown by `next`. Throws a TypeError after `next` has given the
   * request.
   */
  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    this.#head.push(chunk, start, end);
  }

  /**
   * Gives the request and the octets after its head (the first frames may come with it), once; `undefined`
   * while octets are missing. Throws the same HandshakeError each time when the request is malformed or over
   * a limit.
   */
  next(): { request: HandshakeRequest; rest: Uint8Array } | undefined {
    const head = this.#head.next();
    if (head === undefined) return undefined;
    const { method, target, httpVersion } = this.#line.parts(head.text);
    const { path, query } = parseTarget(target);
    const headers = this.#fields.toHeaderMap(head.text);
    return { request: { method, target, path, query, httpVersion, headers }, rest: head.rest };
  }

  /** Makes it ready for another request, whatever it has read. */
  reset(): void {
    this.#line.reset();
    this.#fields.reset();
    this.#head.reset();
  }
}
