import { acceptKey } from "./accept-key.ts";
import { isToken } from "./characters.ts";
import { type ExtensionOffer, formatExtensions } from "./extension.ts";
import { checkFields, formatHead, type HeaderFields } from "./header-fields.ts";
import { encodeLatin1 } from "./latin1.ts";

/** The answer to a good handshake. */
export type Accept = {
  /** The request's `Sec-WebSocket-Key`. */
  readonly key: string;
  /** The chosen subprotocol: one that was offered. None is sent without it. */
  readonly protocol?: string | undefined;
  /** The agreed extensions with the parameters agreed on. */
  readonly extensions?: readonly ExtensionOffer[] | undefined;
  readonly headers?: HeaderFields | undefined;
};

/**
 * Writes the 101 that opens the connection (RFC 6455 §4.2.2). Throws a TypeError when the key is no key, a
 * subprotocol or extension is no token, or a header may not be sent.
 */
export function encodeAccept({ key, protocol, extensions = [], headers }: Accept): Uint8Array {
  const fields: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(key)],
  ];
  if (protocol !== undefined) {
    if (!isToken(protocol)) throw new TypeError("protocol must be a token");
    fields.push(["Sec-WebSocket-Protocol", protocol]);
  }
  if (extensions.length > 0) fields.push(["Sec-WebSocket-Extensions", formatExtensions(extensions)]);
  fields.push(...checkFields(headers));
  return encodeLatin1(formatHead("HTTP/1.1 101 Switching Protocols", fields));
}
