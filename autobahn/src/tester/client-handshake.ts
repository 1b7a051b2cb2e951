import { acceptKey } from "@exws/handshake";
import { type DeflateParameters, readDeflateAnswer } from "../wire/deflate-offer.ts";
import type { HttpHead } from "../wire/http-head.ts";

/** Whom the request is for and what it asks. */
export type ClientRequest = {
  readonly url: URL;
  readonly key: string;
  readonly userAgent: string;
  readonly origin?: string | undefined;
  readonly protocols: readonly string[];
  /** The value of Sec-WebSocket-Extensions. */
  readonly offer?: string | undefined;
};

/** The opening handshake of a tester that is the client, in the genuine suite's order and spelling. */
export function writeRequest({ url, key, userAgent, origin, protocols, offer }: ClientRequest): Uint8Array {
  const port = url.port === "" ? (url.protocol === "wss:" ? "443" : "80") : url.port;
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `User-Agent: ${userAgent}`,
    `Host: ${url.hostname}:${port}`,
    "Upgrade: WebSocket",
    "Connection: Upgrade",
    "Pragma: no-cache",
    "Cache-Control: no-cache",
    `Sec-WebSocket-Key: ${key}`,
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...(protocols.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${protocols.join(",")}`]),
    ...(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]),
    "Sec-WebSocket-Version: 13",
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * Judges a server's answer (RFC 6455 §4.1) and gives what was agreed of permessage-deflate; throws an Error that says why
 * the answer has to be refused.
 */
export function checkAnswer(
  head: HttpHead,
  { key, protocols, offer }: ClientRequest,
): DeflateParameters | undefined {
  const [version, status = "", ...reason] = head.start.split(/\s+/);
  if (version !== "HTTP/1.1") throw new Error(`the answer is not HTTP/1.1: ${head.start.slice(0, 60)}`);
  if (status !== "101") throw new Error(`the server answered ${[status, ...reason].join(" ")}`);
  const { fields, counts } = head;
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") throw new Error("Upgrade is not websocket");
  const connection = (fields.get("connection") ?? "").toLowerCase().split(",");
  if (!connection.some((token) => token.trim() === "upgrade")) throw new Error("Connection is not Upgrade");
  const once = (name: string): void => {
    if ((counts.get(name) ?? 0) > 1) throw new Error(`the header ${name} stands there more than once`);
  };
  const accept = fields.get("sec-websocket-accept");
  if (accept === undefined) throw new Error("Sec-WebSocket-Accept is missing");
  once("sec-websocket-accept");
  if (accept !== acceptKey(key)) throw new Error("Sec-WebSocket-Accept is wrong");
  once("sec-websocket-protocol");
  const protocol = fields.get("sec-websocket-protocol") ?? "";
  if (protocol !== "" && !protocols.includes(protocol)) {
    throw new Error(`the server chose the subprotocol ${protocol}, which was not offered`);
  }
  once("sec-websocket-extensions");
  const extensions = fields.get("sec-websocket-extensions") ?? "";
  if (extensions === "") return undefined;
  if (offer === undefined) throw new Error(`the server uses ${extensions}, and nothing was offered`);
  return readDeflateAnswer(extensions);
}
