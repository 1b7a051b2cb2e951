import { isToken } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import { parseList, type TokenReader } from "./token-reader.ts";

const maxOffers = 32;
const maxParams = 16;

/**
 * One extension as offered or agreed on: its name and its parameters in the order sent, `true` for one
 * without a value.
 */
export type ExtensionOffer = {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly value: string | true }[];
};

/**
 * Reads the value of `Sec-WebSocket-Extensions` (RFC 6455 §9.1): at most 32 extensions of at most 16
 * parameters each. What the parameters mean is not judged, nor whether one stands twice. Throws a
 * HandshakeError (`extensions`).
 */
export function parseExtensions(header: string): ExtensionOffer[] {
  const offers = parseList(header, maxOffers, readOffer);
  if (offers === undefined) throw new HandshakeError("extensions");
  return offers;
}

function readOffer(reader: TokenReader): ExtensionOffer | undefined {
  const name = reader.token();
  if (name === "") return undefined;
  const params: { name: string; value: string | true }[] = [];
  for (reader.skipSpace(); reader.take(";"); reader.skipSpace()) {
    reader.skipSpace();
    const param = readParam(reader);
    if (param === undefined || params.length === maxParams) return undefined;
    params.push(param);
  }
  return { name, params };
}

function readParam(reader: TokenReader): { name: string; value: string | true } | undefined {
  const name = reader.token();
  if (name === "") return undefined;
  if (!reader.take("=")) return { name, value: true };
  // "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to
  // the 'token' ABNF."
  const value = reader.take('"') ? reader.quoted() : reader.token();
  return value !== undefined && isToken(value) ? { name, value } : undefined;
}

/**
 * Writes one extension as it stands in the header. Throws a TypeError when a name or value is not a token.
 */
export function formatExtension(offer: ExtensionOffer): string {
  let text = checkToken(offer.name);
  for (const { name, value } of offer.params) {
    text += `; ${checkToken(name)}`;
    if (value !== true) text += `=${checkToken(value)}`;
  }
  return text;
}

/**
 * Writes the value of `Sec-WebSocket-Extensions` (RFC 6455 §9.1). Throws a TypeError when something is not a
 * token.
 */
export function formatExtensions(offers: readonly ExtensionOffer[]): string {
  return offers.map(formatExtension).join(", ");
}

function checkToken(text: string): string {
  if (!isToken(text)) throw new TypeError(`extension: ${JSON.stringify(text)} is not a token`);
  return text;
}
