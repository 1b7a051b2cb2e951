import { acceptKey } from "@exws/handshake";
import type { Case } from "../catalogue/case.ts";
import { answerDeflateOffer, type DeflateParameters } from "../wire/deflate-offer.ts";
import type { HttpHead } from "../wire/http-head.ts";

/** A request that cannot be taken: the answer's status and why. */
export class HttpFault extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason);
    this.name = "HttpFault";
    this.status = status;
  }
}

/** Whether a request wants a WebSocket, well or badly. */
export function asksUpgrade({ fields }: HttpHead): boolean {
  return fields.has("upgrade") || fields.has("sec-websocket-key");
}

/** The answer to a client's opening handshake, and what it agrees to. */
export type ServerAnswer = { readonly octets: Uint8Array; readonly deflate: DeflateParameters | undefined };

/**
 * Judges a client's opening handshake (RFC 6455 §4.2.1) and answers it. permessage-deflate is agreed on only in cases
 * that are about it. Throws an HttpFault.
 */
export function answerRequest(
  head: HttpHead,
  one: Case | undefined,
  protocols: readonly string[],
): ServerAnswer {
  const [method, , version] = head.start.split(" ");
  const { fields, counts } = head;
  if (method !== "GET") throw new HttpFault(405, "the method is not GET");
  if (version !== "HTTP/1.1") throw new HttpFault(505, "the request is not HTTP/1.1");
  if (!fields.has("host")) throw new HttpFault(400, "Host is missing");
  if (fields.get("upgrade")?.toLowerCase() !== "websocket")
    throw new HttpFault(400, "Upgrade is not websocket");
  const connection = (fields.get("connection") ?? "").toLowerCase().split(",");
  if (!connection.some((token) => token.trim() === "upgrade")) {
    throw new HttpFault(400, "Connection is not Upgrade");
  }
  if (fields.get("sec-websocket-version") !== "13")
    throw new HttpFault(426, "Sec-WebSocket-Version is not 13");
  const key = fields.get("sec-websocket-key") ?? "";
  if (counts.get("sec-websocket-key") !== 1 || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    throw new HttpFault(400, "Sec-WebSocket-Key is no key");
  }
  const offered = (fields.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const protocol = offered.find((name) => protocols.includes(name));
  const deflate = deflateAnswer(one, fields.get("sec-websocket-extensions"));
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Server: AutobahnTestSuite/exws",
    "Upgrade: WebSocket",
    "Connection: Upgrade",
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...(deflate === undefined ? [] : [`Sec-WebSocket-Extensions: ${deflate.header}`]),
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ];
  return { octets: Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), deflate: deflate?.agreed };
}

function deflateAnswer(
  one: Case | undefined,
  header: string | undefined,
): ReturnType<typeof answerDeflateOffer> {
  if (one?.offer === undefined || header === undefined) return undefined;
  try {
    return answerDeflateOffer(one.offer, header);
  } catch (error) {
    throw new HttpFault(400, error instanceof Error ? error.message : String(error));
  }
}
