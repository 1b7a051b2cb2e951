import { encodeFrame } from "./encode.ts";
import { encodeUtf8 } from "./encode-utf8.ts";
import { Opcode } from "./opcode.ts";
import { portableUtf8 } from "./utf8.ts";

/**
 * A message that was framed once, to be sent any number of times to any number of peers. It is what a server sends:
 * one final frame, not masked (RFC 6455 §5.1). Make one with {@link text} or {@link binary}.
 */
export class PreparedMessage {
  readonly type: "text" | "binary";
  /** The whole frame as it goes on the wire. Must not be changed. */
  readonly bytes: Uint8Array;
  /** The part of `bytes` after the header. */
  readonly payload: Uint8Array;

  /** Copies the payload. That of text has to be valid UTF-8, which is not checked. */
  constructor(type: "text" | "binary", payload: Uint8Array) {
    this.type = type;
    this.bytes = encodeFrame({
      fin: true,
      rsv: 0,
      opcode: type === "text" ? Opcode.Text : Opcode.Binary,
      payload,
    });
    this.payload = this.bytes.subarray(this.bytes.length - payload.length);
  }
}

/** Tells whether a value is a prepared message, by its fields: another copy of this package may have made it. */
export function isPrepared(value: unknown): value is PreparedMessage {
  if (value instanceof PreparedMessage) return true;
  if (typeof value !== "object" || value === null) return false;
  const { type, bytes, payload } = value as Partial<PreparedMessage>;
  return (
    (type === "text" || type === "binary") && bytes instanceof Uint8Array && payload instanceof Uint8Array
  );
}

/**
 * Frames a text message once. In a string lone surrogates become U+FFFD; octets are copied. Throws a TypeError for anything
 * else, and for octets that are not UTF-8.
 */
export function text(data: string | Uint8Array): PreparedMessage {
  if (!(data instanceof Uint8Array)) return new PreparedMessage("text", encodeUtf8(data));
  if (!portableUtf8.isValid(data, 0, data.length)) throw new TypeError("text() takes valid UTF-8");
  return new PreparedMessage("text", data);
}

/** Frames a binary message once; the bytes are copied. Throws a TypeError for anything but a Uint8Array. */
export function binary(data: Uint8Array): PreparedMessage {
  if (!(data instanceof Uint8Array)) throw new TypeError("binary() takes a Uint8Array");
  return new PreparedMessage("binary", data);
}
