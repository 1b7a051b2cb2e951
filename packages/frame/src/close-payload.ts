import { maxControlPayload } from "./check-header.ts";
import { CloseCode, isSendableCloseCode } from "./close-code.ts";
import { encodeUtf8 } from "./encode-utf8.ts";
import { ProtocolError } from "./protocol-error.ts";
import { portableUtf8 } from "./utf8.ts";

/** The longest reason of a Close frame in octets of UTF-8: a control payload less the code (RFC 6455 §5.5.1). */
export const maxCloseReason: number = maxControlPayload - 2;

/**
 * Reads the payload of a Close frame. An empty one gives code 1005 (RFC 6455 §7.1.5).
 * Throws a ProtocolError for a single octet, a code that may not be on the wire, or a reason that is not UTF-8.
 */
export function decodeClosePayload(payload: Uint8Array): { code: number; reason: string } {
  if (payload.length === 0) return { code: CloseCode.NoStatusReceived, reason: "" };
  if (payload.length === 1) throw new ProtocolError("invalid-close-payload");
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isSendableCloseCode(code)) throw new ProtocolError("invalid-close-code");
  if (!portableUtf8.isValid(payload, 2, payload.length)) throw new ProtocolError("invalid-utf8");
  return { code, reason: portableUtf8.decode(payload, 2, payload.length, false) };
}

/**
 * Makes the payload of a Close frame; without a code it is empty. Throws a RangeError for a code that may not be
 * sent or a reason of more than 123 octets, and a TypeError for a reason without a code or that is not a string
 * (RFC 6455 §5.5.1, §7.4).
 */
export function encodeClosePayload(code?: number, reason = ""): Uint8Array {
  if (code === undefined) {
    if (reason !== "") throw new TypeError("A close reason needs a close code");
    return new Uint8Array(0);
  }
  if (!isSendableCloseCode(code)) throw new RangeError(`Close code ${code} may not be sent`);
  if (typeof reason !== "string") throw new TypeError("The close reason has to be a string");
  const octets = encodeUtf8(reason);
  if (octets.length > maxCloseReason) {
    throw new RangeError(`The close reason has ${octets.length} octets, the limit is ${maxCloseReason}`);
  }
  const payload = new Uint8Array(2 + octets.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(octets, 2);
  return payload;
}
