import { HandshakeError } from "./handshake-error.ts";
import { parseList } from "./token-reader.ts";

const maxSubprotocols = 32;

/**
 * Reads the value of `Sec-WebSocket-Protocol` (RFC 6455 §11.3.4): different tokens, at most 32, in the
 * client's order of preference. Throws a HandshakeError (`subprotocol`).
 */
export function parseSubprotocols(header: string): string[] {
  const offered = parseList(header, maxSubprotocols, (reader) => reader.token() || undefined);
  if (offered === undefined || new Set(offered).size !== offered.length)
    throw new HandshakeError("subprotocol");
  return offered;
}

/**
 * Chooses the first of the server's subprotocols that the client offers, compared by case; `undefined` when
 * there is none, and then nothing is sent (RFC 6455 §4.2.2).
 */
export function selectSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
): string | undefined {
  return supported.find((protocol) => offered.includes(protocol));
}
