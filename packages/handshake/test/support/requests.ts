import {
  checkRequest,
  HandshakeError,
  type HandshakeRequest,
  HeaderMap,
  RequestDecoder,
  type Upgrade,
} from "../../src/index.ts";
import { everyCut, latin1, text } from "./bytes.ts";

/** The key of RFC 6455 §1.3. */
export const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** The headers that a good handshake needs, in order. */
export const goodHeaders: readonly string[] = [
  "Host: example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Key: ${key}`,
  "Sec-WebSocket-Version: 13",
];

/**
 * A request with the good headers, changed: `without` drops those whose line begins so, `with` adds lines at
 * the end.
 */
export function handshake(
  change: { line?: string; without?: string; with?: readonly string[] } = {},
): string {
  const { line = "GET /ws HTTP/1.1", without, with: added = [] } = change;
  const kept = goodHeaders.filter((header) => without === undefined || !header.startsWith(without));
  return `${[line, ...kept, ...added].join("\r\n")}\r\n\r\n`;
}

/** What a server makes of octets: the request it agreed to, or the refusal, or "waiting". */
export type Outcome =
  | { type: "accepted"; request: HandshakeRequest; upgrade: Upgrade; rest: string }
  | { type: "refused"; status: number; code: string; headers: readonly (readonly [string, string])[] }
  | { type: "waiting" };

/** Decodes and judges pieces of a request, as a server does. Anything but a HandshakeError comes through. */
export function receive(pieces: readonly Uint8Array[]): Outcome {
  const decoder = new RequestDecoder();
  try {
    for (const piece of pieces) {
      const scratch = piece.slice();
      decoder.push(scratch);
      scratch.fill(0x2a); // The decoder may not look at a chunk after push.
    }
    const head = decoder.next();
    if (head === undefined) return { type: "waiting" };
    return {
      type: "accepted",
      request: head.request,
      upgrade: checkRequest(head.request),
      rest: text(head.rest),
    };
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    return { type: "refused", status: error.status, code: error.code, headers: error.headers };
  }
}

/** Every way to cut the octets comes to the same end; this is it. Headers are compared as pairs. */
export function receiveCut(octets: string): Outcome {
  let first: string | undefined;
  let outcome: Outcome | undefined;
  for (const pieces of everyCut(latin1(octets))) {
    const one = receive(pieces);
    const told = JSON.stringify(one, (_, value) => (value instanceof HeaderMap ? [...value] : value));
    first ??= told;
    outcome ??= one;
    if (told !== first)
      throw new Error(`cut into ${pieces.map((piece) => piece.length)} it is ${told}, whole ${first}`);
  }
  return outcome!;
}
