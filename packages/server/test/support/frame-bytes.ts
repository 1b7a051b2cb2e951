/** Frames as bytes, built and read by hand: nothing here comes from the codec under test (RFC 6455 §5.2). */

/** What a frame looks like on the wire; every field can be wrong on purpose. */
export type FrameShape = {
  fin?: boolean;
  /** RSV1-3 as a number 0-7, RSV1 = 4. */
  rsv?: number;
  opcode: number;
  payload?: Uint8Array | string;
  /** Masking key; `null` leaves the frame unmasked. The zero key is the default: payloads stay readable. */
  key?: readonly [number, number, number, number] | null;
  /** Which length form to use; the shortest by default. */
  form?: 7 | 16 | 64;
  /** The length the header claims, when it is not the payload's. */
  claimed?: bigint;
};

/** Bytes of one client frame. */
export function frame(shape: FrameShape): Buffer {
  const payload = Buffer.from(shape.payload ?? "");
  const length = shape.claimed ?? BigInt(payload.length);
  const form = shape.form ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const key = shape.key === undefined ? ([0, 0, 0, 0] as const) : shape.key;
  const first = (shape.fin === false ? 0 : 0x80) | ((shape.rsv ?? 0) << 4) | shape.opcode;
  const mask = key === null ? 0 : 0x80;
  let head: Buffer;
  if (form === 7) head = Buffer.from([first, mask | Number(length)]);
  else if (form === 16) {
    head = Buffer.from([first, mask | 126, 0, 0]);
    head.writeUInt16BE(Number(length), 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = mask | 127;
    head.writeBigUInt64BE(length, 2);
  }
  if (key === null) return Buffer.concat([head, payload]);
  const masked = Buffer.from(payload);
  if (key.some((octet) => octet !== 0))
    for (const [i, octet] of payload.entries()) masked[i] = octet ^ key[i & 3]!;
  return Buffer.concat([head, Buffer.from(key), masked]);
}

export const textFrame = (data: string): Buffer => frame({ opcode: 1, payload: data });
export const binaryFrame = (data: Uint8Array): Buffer => frame({ opcode: 2, payload: data });
export const pingFrame = (data: Uint8Array | string = ""): Buffer => frame({ opcode: 9, payload: data });
export const pongFrame = (data: Uint8Array | string = ""): Buffer => frame({ opcode: 10, payload: data });

/** A Close frame; without a code its payload is empty. */
export function closeFrame(code?: number, reason: Uint8Array | string = ""): Buffer {
  if (code === undefined) return frame({ opcode: 8 });
  return frame({
    opcode: 8,
    payload: Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]),
  });
}

/** Bytes from hexadecimal digits; blanks are for the reader. */
export function hex(digits: string): Buffer {
  const packed = digits.replaceAll(/\s/g, "");
  const bytes = Buffer.from(packed, "hex");
  if (bytes.length * 2 !== packed.length) throw new TypeError(`not hexadecimal: ${digits}`);
  return bytes;
}

/** A frame the server sent. */
export type ServerFrame = { fin: boolean; opcode: number; payload: Buffer };

/** Reads the frame at `at`; `undefined` when it is not complete; throws when a server may not send it. */
export function readFrame(bytes: Buffer, at = 0): { value: ServerFrame; end: number } | undefined {
  if (bytes.length < at + 2) return undefined;
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  if (first & 0x70) throw new Error(`server frame with reserved bits: ${first.toString(16)}`);
  if (second & 0x80) throw new Error("server frame is masked (RFC 6455 §5.1)");
  let length = second & 127;
  let start = at + 2;
  if (length === 126) {
    if (bytes.length < at + 4) return undefined;
    length = bytes.readUInt16BE(at + 2);
    start = at + 4;
    if (length < 126) throw new Error("server frame length is not minimal");
  } else if (length === 127) {
    if (bytes.length < at + 10) return undefined;
    length = Number(bytes.readBigUInt64BE(at + 2));
    start = at + 10;
    if (length < 65536) throw new Error("server frame length is not minimal");
  }
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  return { value: { fin: first >= 0x80, opcode: first & 15, payload }, end: start + length };
}

/** Closing code of a Close frame, 1005 when it carries none. */
export function closeCodeOf(sent: ServerFrame): number {
  if (sent.opcode !== 8) throw new Error(`expected a Close frame, got ${describe(sent)}`);
  return sent.payload.length === 0 ? 1005 : sent.payload.readUInt16BE(0);
}

const kinds: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** One line for a server frame: `text "Hello"`, `binary 0102`, `close 1002`, `pong 6869`; a close reason is not shown. */
export function describe(sent: ServerFrame): string {
  const kind = `${sent.fin ? "" : "unfinished "}${kinds[sent.opcode] ?? `opcode ${sent.opcode}`}`;
  if (sent.opcode === 8) return sent.payload.length === 0 ? "close" : `close ${sent.payload.readUInt16BE(0)}`;
  return `${kind} ${describePayload(sent.opcode === 1 ? sent.payload.toString() : sent.payload)}`.trimEnd();
}

/** Short form of a payload for logs: long ones by their length only. */
export function describePayload(data: string | Uint8Array): string {
  if (data.length > 64) return `of ${data.length}`;
  return typeof data === "string" ? JSON.stringify(data) : Buffer.from(data).toString("hex");
}
