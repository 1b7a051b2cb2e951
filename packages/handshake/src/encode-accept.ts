import { acceptLength, writeAcceptKey } from "./accept-key.ts";
import { isToken } from "./characters.ts";
import { type ExtensionOffer, formatExtensions } from "./extension.ts";
import { checkFields, formatFields, type HeaderFields } from "./header-fields.ts";
import { encodeLatin1, writeLatin1 } from "./latin1.ts";

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

const head = encodeLatin1(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
);

/**
 * Writes the 101 that opens the connection (RFC 6455 §4.2.2). Throws a TypeError when the key is no key, a
 * subprotocol or extension is no token, or a header may not be sent.
 */
export function encodeAccept({ key, protocol, extensions, headers }: Accept): Uint8Array {
  let tail = "\r\n";
  if (protocol !== undefined) {
    if (!isToken(protocol)) throw new TypeError("protocol must be a token");
    tail += `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  }
  if (extensions !== undefined && extensions.length > 0) {
    tail += `Sec-WebSocket-Extensions: ${formatExtensions(extensions)}\r\n`;
  }
  if (headers !== undefined) tail += formatFields(checkFields(headers));
  tail += "\r\n";
  const bytes = new Uint8Array(head.length + acceptLength + tail.length);
  bytes.set(head);
  writeAcceptKey(bytes, head.length, key);
  writeLatin1(bytes, head.length + acceptLength, tail);
  return bytes;
}
