/** HTTP requests and responses as bytes, written and read by hand. */

/** RFC 6455 §1.3: the sample key and what the server must make of it. */
export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
export const sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** How a request differs from the plain good handshake. */
export type RequestShape = {
  line?: string;
  /** Names of header fields to leave out. */
  without?: readonly string[];
  /** Fields to replace by other lines, by name. */
  replace?: Readonly<Record<string, string>>;
  /** Whole header lines (no CRLF) added at the end. */
  add?: readonly string[];
  /** What follows the empty line. */
  body?: Uint8Array | string;
  eol?: string;
};

const fields = [
  ["Host", "Host: exws.test"],
  ["Upgrade", "Upgrade: websocket"],
  ["Connection", "Connection: Upgrade"],
  ["Sec-WebSocket-Key", `Sec-WebSocket-Key: ${sampleKey}`],
  ["Sec-WebSocket-Version", "Sec-WebSocket-Version: 13"],
] as const;

/** Bytes of an opening handshake (RFC 6455 §4.1), good unless the shape says otherwise. Strings are latin1. */
export function request(shape: RequestShape = {}): Buffer {
  const eol = shape.eol ?? "\r\n";
  const lines = [shape.line ?? "GET /ws HTTP/1.1"];
  for (const [name, line] of fields) {
    if (shape.without?.includes(name)) continue;
    lines.push(shape.replace?.[name] ?? line);
  }
  lines.push(...(shape.add ?? []));
  const head = Buffer.from(`${lines.join(eol)}${eol}${eol}`, "latin1");
  const body =
    typeof shape.body === "string" ? Buffer.from(shape.body, "latin1") : (shape.body ?? Buffer.alloc(0));
  return Buffer.concat([head, body]);
}

/** A response head, read strictly: every line ends in CRLF and no value holds a control character. */
export class ResponseHead {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  constructor(status: number, headers: readonly (readonly [string, string])[]) {
    this.status = status;
    this.headers = headers;
  }

  /** All values of a field, in order. */
  all(name: string): string[] {
    return this.headers.filter(([other]) => other === name.toLowerCase()).map(([, value]) => value);
  }

  /** The value of a field that stands at most once; throws when it is repeated. */
  get(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw new Error(`${name} is repeated in the response`);
    return values[0];
  }
}

/** Reads a response head; `undefined` when it is not complete; throws when it is malformed. */
export function readHead(bytes: Buffer): { value: ResponseHead; end: number } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [line = "", ...rest] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = /^HTTP\/1\.1 ([1-5]\d\d) [ -~]*$/.exec(line)?.[1];
  if (status === undefined) throw new Error(`malformed status line: ${JSON.stringify(line)}`);
  const headers = rest.map((field) => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)$/.exec(field);
    if (match === null) throw new Error(`malformed response field: ${JSON.stringify(field)}`);
    return [match[1]!.toLowerCase(), match[2]!.trimEnd()] as const;
  });
  return { value: new ResponseHead(Number(status), headers), end: end + 4 };
}
