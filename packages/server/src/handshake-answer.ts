import type { HeaderFields } from "@exws/handshake";

/** The answer of a `handshake` callback that takes the connection. Made by {@link accept}. */
export type Accept<State> = { readonly answer: "accept"; readonly options: AcceptOptions<State> };

/** The answer of a `handshake` callback that turns the connection down. Made by {@link reject}. */
export type Reject = { readonly answer: "reject"; readonly code: string; readonly options: RejectOptions };

/** What {@link accept} may set. */
export type AcceptOptions<State> = {
  /** Replaces the state that `init` made. */
  state?: State;
  /** The subprotocol to use; it must be one that the client offered. Default: chosen by the option `protocols`. */
  protocol?: string;
  /** Headers for the 101 response. */
  headers?: HeaderFields;
};

/** What {@link reject} may set. */
export type RejectOptions = {
  /** 400 to 599; default 400. */
  status?: number;
  /** Further headers. */
  headers?: HeaderFields;
  /** Default: the code, as plain text. */
  body?: string | Uint8Array;
};

/** Takes the connection, with a new state, a subprotocol or headers of the application's choice. */
export function accept<State = never>(options: AcceptOptions<State> = {}): Accept<State> {
  return { answer: "accept", options };
}

/**
 * Turns the connection down with an HTTP response: status 400 and a header `Error: <code>` unless told otherwise.
 * The code is for programs: short and without control characters.
 */
export function reject(code: string, options: RejectOptions = {}): Reject {
  return { answer: "reject", code, options };
}
