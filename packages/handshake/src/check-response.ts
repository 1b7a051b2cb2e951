import { acceptKey } from "./accept-key.ts";
import { lists } from "./check-upgrade.ts";
import { type ExtensionOffer, parseExtensions } from "./extension.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { HandshakeResponse } from "./response-decoder.ts";

/** The parts of the request that its answer is measured by. */
export type Offered = {
  readonly key: string;
  readonly protocols?: readonly string[] | undefined;
  readonly extensions?: readonly ExtensionOffer[] | undefined;
};

/**
 * Judges the answer to a client's handshake (RFC 6455 §4.1) and gives what was agreed: the subprotocol, empty
 * when there is none, and the extensions with their parameters, which the caller still has to judge. Throws a
 * HandshakeError, and a TypeError when `key` is no key.
 */
export function checkResponse(
  { httpVersion, status, headers }: HandshakeResponse,
  { key, protocols = [], extensions = [] }: Offered,
): { protocol: string; extensions: ExtensionOffer[] } {
  if (status !== 101) throw new HandshakeError("status");
  if (httpVersion !== "1.1") throw new HandshakeError("protocol");
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") throw new HandshakeError("upgrade");
  if (!lists(headers, "connection", "upgrade")) throw new HandshakeError("connection");
  if (headers.get("sec-websocket-accept") !== acceptKey(key)) throw new HandshakeError("accept");
  // What follows is frames; a body would be read as some (RFC 9110 §8.6, RFC 9112 §6.1).
  if (headers.has("transfer-encoding") || headers.has("content-length")) throw new HandshakeError("headers");
  const [protocol = "", ...others] = headers.getAll("sec-websocket-protocol");
  if (headers.has("sec-websocket-protocol") && !protocols.includes(protocol))
    throw new HandshakeError("subprotocol");
  if (others.length > 0) throw new HandshakeError("subprotocol");
  return { protocol, extensions: readAnswer(headers.getAll("sec-websocket-extensions"), extensions) };
}

function readAnswer(
  [header, ...others]: readonly string[],
  offered: readonly ExtensionOffer[],
): ExtensionOffer[] {
  if (header === undefined) return [];
  const agreed = parseExtensions(header);
  const names = new Set(agreed.map(({ name }) => name));
  const known = agreed.every(({ name }) => offered.some((offer) => offer.name === name));
  if (others.length > 0 || names.size !== agreed.length || !known) throw new HandshakeError("extensions");
  return agreed;
}
