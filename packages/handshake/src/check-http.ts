import { parseAuthority } from "./authority.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { HandshakeRequest } from "./request.ts";

/**
 * Judges what holds for every request, with or without an upgrade: a GET of a path by HTTP/1.1, one Host, no
 * body. Throws a HandshakeError. Nothing is normalised, so a path that could mean another one after
 * normalising is refused.
 */
export function checkHttp(request: HandshakeRequest): void {
  const { method, path, headers } = request;
  if (request.httpVersion !== "1.1") throw new HandshakeError("protocol");
  if (method === "CONNECT" || isOtherForm(path)) throw new HandshakeError("path", 400);
  if (method !== "GET") throw new HandshakeError("method");
  if (!path.startsWith("/") || path.startsWith("//") || hasDotSegment(path)) throw new HandshakeError("path");
  if (headers.count("host") !== 1 || parseAuthority(headers.get("host")!) === undefined)
    throw new HandshakeError("host");
  if (headers.has("transfer-encoding")) throw new HandshakeError("headers");
  // Octets after a handshake are frames. A body would let them be read as both (request smuggling).
  if ((headers.get("content-length") ?? "0") !== "0") throw new HandshakeError("headers");
  if (headers.has("expect")) throw new HandshakeError("expect");
}

/** The absolute, authority or asterisk form (RFC 9112 §3.2): for proxies and other methods. */
function isOtherForm(path: string): boolean {
  return !path.startsWith("/") && (path === "*" || path.includes(":"));
}

/**
 * Whether a segment is `.` or `..`, written plainly or with `%2e` (RFC 3986 §5.2.4); an honest client has
 * removed them.
 */
function hasDotSegment(path: string): boolean {
  if (!path.includes("/.") && !path.includes("/%")) return false;
  return path.split("/").some((segment) => {
    if (segment.length === 0 || segment.length > 6) return false;
    const dots = segment.toLowerCase().replaceAll("%2e", ".");
    return dots === "." || dots === "..";
  });
}
