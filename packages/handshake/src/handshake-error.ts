/** The words that tell a client why its handshake failed; sent in the `Error` header of a refusal. */
export type HandshakeErrorCode =
  | "request_line"
  | "method"
  | "path"
  | "protocol"
  | "headers"
  | "host"
  | "expect"
  | "upgrade"
  | "connection"
  | "version"
  | "key"
  | "subprotocol"
  | "extensions"
  | "origin"
  | "status_line"
  | "status"
  | "accept";

type Refusal = {
  status: number;
  section: string;
  message: string;
  headers?: readonly (readonly [name: string, value: string])[];
};

const upgradeRequired = [["Upgrade", "websocket"]] as const;

/** Every refusal in one place. The first row of a code is the one meant when no status is named. */
const refusals: Record<HandshakeErrorCode, readonly [Refusal, ...Refusal[]]> = {
  request_line: [
    {
      status: 400,
      section: "RFC 9112 §3",
      message: "The request line must be: GET, a space, the path, a space, HTTP/1.1, CRLF",
    },
    { status: 414, section: "RFC 9110 §15.5.15", message: "The request line is too long" },
  ],
  method: [
    { status: 405, section: "RFC 6455 §4.1", message: "The method must be GET", headers: [["Allow", "GET"]] },
  ],
  path: [
    { status: 404, section: "RFC 6455 §4.2.2", message: "There is nothing at this path" },
    {
      status: 400,
      section: "RFC 9112 §3.2.1",
      message: "The request target must be a path that begins with a slash",
    },
  ],
  protocol: [{ status: 505, section: "RFC 6455 §4.1", message: "The protocol must be HTTP/1.1" }],
  headers: [
    { status: 400, section: "RFC 9112 §5", message: "A header is malformed or may not be sent here" },
    { status: 431, section: "RFC 6585 §5", message: "The headers are too many or too large" },
  ],
  host: [
    {
      status: 400,
      section: "RFC 9112 §3.2",
      message: "Host must be sent once, as a name and an optional port",
    },
  ],
  expect: [{ status: 417, section: "RFC 9110 §10.1.1", message: "Expect is not supported" }],
  upgrade: [
    {
      status: 426,
      section: "RFC 6455 §4.2.1",
      message: "Upgrade must name websocket",
      headers: upgradeRequired,
    },
  ],
  connection: [
    {
      status: 426,
      section: "RFC 6455 §4.2.1",
      message: "Connection must list upgrade",
      headers: upgradeRequired,
    },
  ],
  version: [
    {
      status: 426,
      section: "RFC 6455 §4.4",
      message: "Sec-WebSocket-Version must be sent once and be 13",
      headers: [...upgradeRequired, ["Sec-WebSocket-Version", "13"]],
    },
  ],
  key: [
    {
      status: 400,
      section: "RFC 6455 §4.2.1",
      message: "Sec-WebSocket-Key must be sent once and be 16 octets in base64",
    },
  ],
  subprotocol: [
    {
      status: 400,
      section: "RFC 6455 §11.3.4",
      message: "Sec-WebSocket-Protocol must list different tokens, an answer one that was offered",
    },
  ],
  extensions: [
    {
      status: 400,
      section: "RFC 6455 §9.1",
      message: "Sec-WebSocket-Extensions must list extensions, an answer only offered ones",
    },
  ],
  origin: [{ status: 403, section: "RFC 6455 §10.2", message: "Pages of this origin may not connect" }],
  status_line: [
    {
      status: 502,
      section: "RFC 9112 §4",
      message: "The status line must be: HTTP/1.1, a space, three digits, a space, a reason, CRLF",
    },
  ],
  status: [{ status: 502, section: "RFC 6455 §4.1", message: "The server did not answer with status 101" }],
  accept: [
    {
      status: 502,
      section: "RFC 6455 §4.1",
      message: "Sec-WebSocket-Accept does not answer the key that was sent",
    },
  ],
};

/**
 * The peer's handshake breaks a rule (RFC 6455 §4). `code` names the rule, `status` and `headers` are what a
 * server answers, `section` is the clause. Errors of a response (client side) carry a status too, for a
 * gateway that has to answer somebody.
 */
export class HandshakeError extends Error {
  override readonly name: string = "HandshakeError";
  readonly code: HandshakeErrorCode;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly section: string;

  /**
   * `status` picks one of the code's statuses: `path` 404 or 400, `request_line` 400 or 414, `headers` 400 or
   * 431.
   */
  constructor(code: HandshakeErrorCode, status?: number) {
    const rows = refusals[code];
    const row = status === undefined ? rows[0] : rows.find((candidate) => candidate.status === status);
    if (row === undefined)
      throw new RangeError(`status ${status} does not go with the handshake error "${code}"`);
    super(`${row.message} (${row.section})`);
    this.code = code;
    this.status = row.status;
    this.headers = row.headers ?? [];
    this.section = row.section;
  }
}
