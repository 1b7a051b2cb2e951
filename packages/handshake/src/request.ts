import { isFieldValue, isTarget, isToken } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import { HeaderMap } from "./header-map.ts";
import { type RequestLimits, resolveLimits } from "./request-limits.ts";

/** A request as it was sent: well-formed, not yet judged. Nothing is decoded or normalised. */
export type HandshakeRequest = {
  readonly method: string;
  /** The request target as sent. */
  readonly target: string;
  /** The target up to the first `?`. */
  readonly path: string;
  /** The target after the first `?`, without it; empty when there is none. */
  readonly query: string;
  /** What stands after `HTTP/`: "1.1". */
  readonly httpVersion: string;
  readonly headers: HeaderMap;
};

/** Cuts a request target at its first `?` (RFC 9112 §3.2.1); nothing is decoded or normalised. */
export function parseTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf("?");
  return mark === -1
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Makes a request from what an HTTP server has parsed (node:http's `method`, `url`, `httpVersion`,
 * `rawHeaders`). The limits and the syntax are checked again, because such servers drop headers over their
 * own limits and can be set to be lenient. Throws a HandshakeError.
 */
export function requestFromParts(
  method: string,
  url: string,
  httpVersion: string,
  rawHeaders: readonly string[],
  limits?: Partial<RequestLimits>,
): HandshakeRequest {
  const { requestLine, headerBytes, headerCount } = resolveLimits(limits);
  if (method.length + url.length + " HTTP/".length + httpVersion.length + 1 > requestLine) {
    throw new HandshakeError("request_line", 414);
  }
  if (!isToken(method)) throw new HandshakeError("request_line");
  if (!isTarget(url)) throw new HandshakeError("path", 400);
  if (rawHeaders.length > headerCount * 2) throw new HandshakeError("headers", 431);
  let bytes = 0;
  for (let i = 0; i < rawHeaders.length; i++) {
    const text = rawHeaders[i]!;
    bytes += text.length + 2; // ": " or CRLF
    if (bytes > headerBytes) throw new HandshakeError("headers", 431);
    if (!(i % 2 === 0 ? isToken(text) : isFieldValue(text))) throw new HandshakeError("headers");
  }
  return { method, target: url, ...parseTarget(url), httpVersion, headers: HeaderMap.fromRaw(rawHeaders) };
}
