import { isKey } from "./accept-key.ts";
import { parseAuthority } from "./authority.ts";
import { isFieldValue, isTarget, isToken } from "./characters.ts";
import { type ExtensionOffer, formatExtensions } from "./extension.ts";
import { checkFields, formatHead, type HeaderFields } from "./header-fields.ts";
import { encodeLatin1 } from "./latin1.ts";

/** What a client asks for. */
export type HandshakeOffer = {
  /** Name and, if it is not the scheme's own, port: the value of `Host`. */
  readonly host: string;
  /** Path and query, percent-encoded. Default "/". */
  readonly target?: string | undefined;
  /** The base64 of 16 octets that nobody can guess, new for each connection. */
  readonly key: string;
  /** Subprotocols, the preferred one first. */
  readonly protocols?: readonly string[] | undefined;
  /** Extensions, the preferred one first. */
  readonly extensions?: readonly ExtensionOffer[] | undefined;
  readonly origin?: string | undefined;
  readonly headers?: HeaderFields | undefined;
};

/**
 * Writes the opening handshake of a client (RFC 6455 §4.1). Throws a TypeError that names the part that
 * cannot be sent.
 */
export function encodeRequest(offer: HandshakeOffer): Uint8Array {
  const { host, target = "/", key, protocols = [], extensions = [], origin, headers } = offer;
  if (parseAuthority(host) === undefined) throw new TypeError("host must be a name and an optional port");
  if (!target.startsWith("/") || !isTarget(target)) {
    throw new TypeError("target must begin with a slash and be visible ASCII without #");
  }
  if (!isKey(key)) throw new TypeError("key must be the base64 of 16 octets");
  if (!protocols.every(isToken) || new Set(protocols).size !== protocols.length) {
    throw new TypeError("protocols must be different tokens");
  }
  if (origin !== undefined && !isFieldValue(origin))
    throw new TypeError("origin must be latin1 without controls");
  const fields: [string, string][] = [
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (protocols.length > 0) fields.push(["Sec-WebSocket-Protocol", protocols.join(", ")]);
  if (extensions.length > 0) fields.push(["Sec-WebSocket-Extensions", formatExtensions(extensions)]);
  if (origin !== undefined) fields.push(["Origin", origin]);
  fields.push(...checkFields(headers, ["host", "origin"]));
  return encodeLatin1(formatHead(`GET ${target} HTTP/1.1`, fields));
}
