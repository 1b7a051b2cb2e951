import { isFieldValue, isToken } from "./characters.ts";

/** Headers to send: an object, or names and values in pairs when one name stands several times. */
export type HeaderFields =
  | Readonly<Record<string, string>>
  | Iterable<readonly [name: string, value: string]>;

/**
 * What only the handshake itself may write: how the message is cut off, what it upgrades to, what proves and
 * agrees on it.
 */
const reserved: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
]);

/**
 * Checks headers an app wants to send and gives them as pairs. Throws a TypeError that names the header when
 * the name is no token, the value holds CR, LF, NUL, another control or something outside latin1, or the name
 * is not the app's to set. `also` are further such names, in lower case.
 */
export function checkFields(
  fields: HeaderFields | undefined,
  also: readonly string[] = [],
): [string, string][] {
  const checked: [string, string][] = [];
  for (const [name, value] of pairs(fields)) {
    if (typeof name !== "string" || !isToken(name))
      throw new TypeError(`header name ${JSON.stringify(name)} is not a token`);
    if (typeof value !== "string" || !isFieldValue(value)) {
      throw new TypeError(`header ${name} must be a string of latin1 characters without controls`);
    }
    const lower = name.toLowerCase();
    if (reserved.has(lower) || also.includes(lower))
      throw new TypeError(`header ${name} is written by the handshake`);
    checked.push([name, value]);
  }
  return checked;
}

function pairs(fields: HeaderFields | undefined): Iterable<readonly [string, string]> {
  if (fields === undefined) return [];
  // An own or inherited iterator means pairs; a header cannot be named by a symbol.
  return isIterable(fields) ? fields : Object.entries(fields);
}

function isIterable(fields: HeaderFields): fields is Iterable<readonly [string, string]> {
  return Symbol.iterator in fields;
}

/** Writes a start line and headers with the empty line after them. All of it must have been checked. */
export function formatHead(
  startLine: string,
  fields: Iterable<readonly [name: string, value: string]>,
): string {
  return `${startLine}\r\n${formatFields(fields)}\r\n`;
}

/** Writes header lines, which must have been checked. */
export function formatFields(fields: Iterable<readonly [name: string, value: string]>): string {
  let lines = "";
  for (const [name, value] of fields) lines += `${name}: ${value}\r\n`;
  return lines;
}
