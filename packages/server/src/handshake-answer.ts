/** The answer of a `handshake` callback that takes the connection. Made by {@link accept}. */
export class Accept<State> {
  readonly options: AcceptOptions<State>;
  constructor(options: AcceptOptions<State>) {
    this.options = options;
  }
}

/** What {@link accept} may set. */
export type AcceptOptions<State> = {
  /** Replaces the state that `init` made. */
  state?: State;
  /** The subprotocol to use; it must be one that the client offered. Default: chosen by the option `protocols`. */
  protocol?: string;
  /** Headers for the 101 response. */
  headers?: Readonly<Record<string, string>>;
};

/** Takes the connection, with a new state, a subprotocol or headers of the application's choice. */
export function accept<State = never>(options: AcceptOptions<State> = {}): Accept<State> {
  return new Accept(options);
}

/** The answer of a `handshake` callback that turns the connection down. Made by {@link reject}. */
export class Reject {
  readonly code: string;
  readonly options: RejectOptions;
  constructor(code: string, options: RejectOptions) {
    this.code = code;
    this.options = options;
  }
}

/** What {@link reject} may set. */
export type RejectOptions = {
  /** 400 to 599; default 400. */
  status?: number;
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
  /** Default: the code, as plain text. */
  body?: string | Uint8Array;
};

/**
 * Turns the connection down with an HTTP response: status 400 and a header `Error: <code>` unless told otherwise.
 * The code is for programs: short and without control characters.
 */
export function reject(code: string, options: RejectOptions = {}): Reject {
  return new Reject(code, options);
}
