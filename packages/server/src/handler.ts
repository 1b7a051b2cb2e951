import type { HandshakeRequest } from "@exws/handshake";
import type { CloseInfo } from "./close-info.ts";
import type { Connection, Sendable } from "./connection.ts";
import type { Accept, Reject } from "./handshake-answer.ts";

/** What `handshake` may return, at once or by a promise: nothing accepts. */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback that returns nothing is typed void
export type HandshakeAnswer<State> = Accept<State> | Reject | undefined | void;

/**
 * What an application does with its connections: one object for all of them, the connection passed in.
 *
 * `open`, `message` or `raw`, `ping`, `pong` and `closed` of one connection run one at a time: while a promise that one
 * of them returned is pending, the next waits. When a callback throws or rejects, that connection is closed with 1011
 * and `onError` is called; others do not notice.
 */
export interface Handler<State = undefined> {
  /** Makes the state of a connection, before `handshake`. Without it the state is `undefined`. */
  init?(): State;

  /**
   * Decides about an opening handshake that is correct and of an allowed origin. While a promise is pending nothing is
   * read, and nothing is lost. The connection cannot send yet. A throw or rejection answers 500; a promise that does
   * not settle in `handshakeTimeout` answers 503.
   */
  handshake?(
    request: HandshakeRequest,
    connection: Connection<State>,
  ): HandshakeAnswer<State> | Promise<HandshakeAnswer<State>>;

  /** Runs once, when the connection is open. No message is delivered before it is done. */
  open?(connection: Connection<State>): unknown;

  /**
   * Runs for every message: text as a string, binary as bytes that are the handler's to keep. The connection may
   * be closing by then; writing says so. A handler has this or `raw`.
   */
  message?(connection: Connection<State>, data: string | Uint8Array): unknown;

  /** Runs for every message in place of `message`, with its bytes: text is checked to be UTF-8 but not decoded. */
  raw?(connection: Connection<State>, bytes: Uint8Array, type: "text" | "binary"): unknown;

  /** Runs for a Ping, which has been answered already. */
  ping?(connection: Connection<State>, payload: Uint8Array): unknown;

  /** Runs for a Pong, asked for or not. */
  pong?(connection: Connection<State>, payload: Uint8Array): unknown;

  /** Runs when nothing waits to be sent any more after a write was "queued" or "dropped". */
  drained?(connection: Connection<State>): unknown;

  /** Runs exactly once for every connection that was accepted, after everything else. */
  closed?(connection: Connection<State>, info: CloseInfo): unknown;

  /** Turns what the application gives to `connection.write` into a message. */
  // biome-ignore lint/suspicious/noExplicitAny: the application's own type comes in, whatever it is
  encode?(data: any): Sendable;
}

/** Returns the handler as it is; it is there so that TypeScript infers the state from `init`. */
export function defineHandler<State = undefined>(handler: Handler<State>): Handler<State> {
  return handler;
}

const callbacks = [
  "init",
  "handshake",
  "open",
  "message",
  "raw",
  "ping",
  "pong",
  "drained",
  "closed",
  "encode",
];

/** Throws a TypeError when `handler` is none: not an object, a callback that is no function, not one of message and raw. */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== "object" || handler === null) throw new TypeError("handler must be an object");
  const given = handler as Record<string, unknown>;
  for (const name of callbacks) {
    if (given[name] !== undefined && typeof given[name] !== "function") {
      throw new TypeError(`handler.${name} must be a function`);
    }
  }
  if ((given["message"] === undefined) === (given["raw"] === undefined)) {
    throw new TypeError("handler must have one of message and raw");
  }
}
