import { isKey } from "./accept-key.ts";
import { checkHttp } from "./check-http.ts";
import { type ExtensionOffer, parseExtensions } from "./extension.ts";
import { HandshakeError } from "./handshake-error.ts";
import type { HeaderMap } from "./header-map.ts";
import type { HandshakeRequest } from "./request.ts";
import { parseSubprotocols } from "./subprotocol.ts";
import { parseList, type TokenReader } from "./token-reader.ts";

/** What a good opening handshake asks for. */
export type Upgrade = {
  readonly key: string;
  /** In the client's order of preference; empty when it offers none. */
  readonly protocols: readonly string[];
  /** In the client's order of preference; empty when it offers none. */
  readonly extensions: readonly ExtensionOffer[];
  /** As sent and not judged (`checkOrigin` does that); `undefined` for most clients that are not browsers. */
  readonly origin: string | undefined;
};

/** Tells whether a request asks for an upgrade, well or badly: without `Upgrade` and key it is plain HTTP. */
export function wantsUpgrade(request: HandshakeRequest): boolean {
  return request.headers.has("upgrade") || request.headers.has("sec-websocket-key");
}

/** Judges a request by all the rules of an opening handshake (RFC 6455 §4.2.1). Throws a HandshakeError. */
export function checkRequest(request: HandshakeRequest): Upgrade {
  checkHttp(request);
  return checkUpgrade(request);
}

/**
 * Judges what `checkHttp` leaves: the headers of the upgrade itself (RFC 6455 §4.2.1). Throws a
 * HandshakeError.
 */
export function checkUpgrade({ headers }: HandshakeRequest): Upgrade {
  if (!lists(headers, "upgrade", "websocket")) throw new HandshakeError("upgrade");
  if (!lists(headers, "connection", "upgrade")) throw new HandshakeError("connection");
  // Compared as text: "013", "13.0" and "0xd" are other versions.
  if (headers.get("sec-websocket-version") !== "13") throw new HandshakeError("version");
  // Two lines come joined, and then they are neither a key nor a version.
  const key = headers.get("sec-websocket-key") ?? "";
  if (!isKey(key)) throw new HandshakeError("key");
  const protocols = headers.get("sec-websocket-protocol");
  const extensions = headers.get("sec-websocket-extensions");
  if (headers.count("origin") > 1) throw new HandshakeError("origin");
  return {
    key,
    protocols: protocols === undefined ? [] : parseSubprotocols(protocols),
    extensions: extensions === undefined ? [] : parseExtensions(extensions),
    origin: headers.get("origin"),
  };
}

/**
 * Whether a header of the kind `a, b/2` lists a word, without regard to case; a malformed list lists nothing.
 */
export function lists(headers: HeaderMap, name: string, word: string): boolean {
  const value = headers.get(name) ?? "";
  // Most lists are one word. Any other of its length lists something else.
  if (value.length === word.length) return value === word || value.toLowerCase() === word;
  const items = parseList(value, maxItems, readItem);
  return items?.some((item) => item.toLowerCase() === word) ?? false;
}

const maxItems = 32;

/** An empty item is tolerated here, as RFC 9110 §5.6.1.2 demands. */
function readItem(reader: TokenReader): string | undefined {
  const name = reader.token();
  if (!reader.take("/")) return name;
  const version = reader.token();
  return name === "" || version === "" ? undefined : `${name}/${version}`;
}
