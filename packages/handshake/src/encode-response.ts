import { isFieldValue, trimSpace } from "./characters.ts";
import { HandshakeError } from "./handshake-error.ts";
import { checkFields, formatHead, type HeaderFields } from "./header-fields.ts";
import { encodeLatin1 } from "./latin1.ts";
import { reasonPhrase } from "./reason-phrase.ts";

const utf8 = new TextEncoder();

/** A plain HTTP answer. */
export type PlainResponse = {
  /** 200 to 599. */
  readonly status: number;
  /** The words after the status; the registered ones by default. */
  readonly reason?: string | undefined;
  readonly headers?: HeaderFields | undefined;
  /**
   * A string is sent as UTF-8, with `Content-Type: text/plain; charset=utf-8` unless `headers` has another.
   * Default empty.
   */
  readonly body?: string | Uint8Array | undefined;
};

/** A refusal in an app's own words. */
export type Rejection = {
  /** A short word for the `Error` header: not empty, latin1, no controls. */
  readonly code: string;
  /** 400 to 599. Default 400. */
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly headers?: HeaderFields | undefined;
  /** The code by default. */
  readonly body?: string | Uint8Array | undefined;
};

/**
 * Writes a whole HTTP response, after which the connection closes: `Connection: close`, `Content-Length`,
 * your headers, the body. A 426 also gets the `Upgrade: websocket` that RFC 9110 §15.5.22 demands. Throws a
 * RangeError for a status outside 200-599, a TypeError for a reason or header that would break the response
 * or may not be set, or a body where none may be.
 */
export function encodeResponse(response: PlainResponse): Uint8Array {
  checkStatus(response.status, 200);
  return encode(
    response,
    checkFields(response.headers),
    response.status === 426 ? [["Upgrade", "websocket"]] : [],
  );
}

/**
 * Writes the answer to a handshake that is refused: as `encodeResponse`, with the code in an `Error` header
 * and a short text as body. Throws a RangeError for a status outside 400-599, a TypeError for a code that
 * cannot stand in a header.
 */
export function encodeRejection(refusal: HandshakeError | Rejection): Uint8Array {
  const { code, status = 400 } = refusal;
  checkStatus(status, 400);
  if (trimSpace(code) === "" || !isFieldValue(code))
    throw new TypeError("code must be latin1 characters without controls");
  if (refusal instanceof HandshakeError) {
    // The method may have been HEAD, whose answer has no body: a 405 says all in its headers.
    const body = code === "method" ? "" : `${refusal.message}\n`;
    return encode({ status, body }, [], [["Error", code], ...refusal.headers]);
  }
  const { reason, headers, body = `${code}\n` } = refusal;
  const own: [string, string][] = [["Error", code]];
  if (status === 426) own.push(["Upgrade", "websocket"]);
  return encode({ status, reason, body }, checkFields(headers, ["error"]), own);
}

function checkStatus(status: number, least: number): void {
  if (Number.isInteger(status) && status >= least && status <= 599) return;
  throw new RangeError(`status must be a whole number from ${least} to 599`);
}

function encode(
  { status, reason = reasonPhrase(status), body = "" }: PlainResponse,
  headers: readonly (readonly [string, string])[],
  own: readonly (readonly [string, string])[],
): Uint8Array {
  if (!isFieldValue(reason)) throw new TypeError("reason must be latin1 characters without controls");
  const content = typeof body === "string" ? utf8.encode(body) : body;
  if (!(content instanceof Uint8Array)) throw new TypeError("body must be a string or a Uint8Array");
  const bodiless = status === 204 || status === 304;
  if (bodiless && content.length > 0) throw new TypeError(`a response with status ${status} has no body`);
  const fields: (readonly [string, string])[] = [...own];
  // "A sender of Upgrade MUST also send an 'Upgrade' connection option" (RFC 9110 §7.8).
  fields.push(["Connection", own.some(([name]) => name === "Upgrade") ? "close, Upgrade" : "close"]);
  if (!bodiless) fields.push(["Content-Length", `${content.length}`]);
  const typed = headers.some(([name]) => name.toLowerCase() === "content-type");
  if (typeof body === "string" && body !== "" && !typed)
    fields.push(["Content-Type", "text/plain; charset=utf-8"]);
  const head = encodeLatin1(formatHead(`HTTP/1.1 ${status} ${reason}`, [...fields, ...headers]));
  const bytes = new Uint8Array(head.length + content.length);
  bytes.set(head);
  bytes.set(content, head.length);
  return bytes;
}
