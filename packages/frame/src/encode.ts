import { maxControlPayload } from "./check-header.ts";
import { encodeClosePayload } from "./close-payload.ts";
import { encodeUtf8 } from "./encode-utf8.ts";
import { encodeHeader, headerLength } from "./header.ts";
import { copyMasked } from "./mask.ts";
import { isControl, Opcode } from "./opcode.ts";

/** What {@link encodeFrame} writes. */
export type FrameToEncode = {
  /** Default true. */
  fin?: boolean;
  /** The reserved bits as a number from 0 to 7: RSV1 is 4; default 0. */
  rsv?: number;
  opcode: Opcode;
  payload: Uint8Array;
};

const empty = new Uint8Array(0);

/**
 * The octets of one frame, in memory of their own; the payload is copied and left as it was (RFC 6455 §5.2).
 *
 * A client has to give a masking key: a 32-bit integer, fresh and unpredictable for every frame (§5.3). A server gives none.
 * Throws a TypeError for a payload that is not a Uint8Array, a RangeError for a control frame that is fragmented or
 * longer than 125 octets and for reserved bits or an opcode that their fields cannot hold.
 */
export function encodeFrame(frame: FrameToEncode, maskKey?: number): Uint8Array {
  const { fin = true, rsv = 0, opcode, payload } = frame;
  if (!(payload instanceof Uint8Array)) throw new TypeError("A payload has to be a Uint8Array");
  if ((rsv & 0x7) !== rsv || (opcode & 0xf) !== opcode) {
    throw new RangeError(
      `rsv has to be an integer from 0 to 7, opcode from 0 to 15; got ${rsv} and ${opcode}`,
    );
  }
  const { length } = payload;
  if (isControl(opcode) && (!fin || length > maxControlPayload)) {
    throw new RangeError("A control frame is fragmented, or its payload longer than 125 bytes");
  }
  const head = headerLength(length, maskKey !== undefined);
  const bytes = new Uint8Array(head + length);
  encodeHeader(bytes, 0, fin, rsv, opcode, length, maskKey);
  copyMasked(bytes, head, payload, 0, length, maskKey ?? 0, 0);
  return bytes;
}

/**
 * A text message in one frame. Lone surrogates become U+FFFD, so that the text is valid UTF-8 (RFC 6455 §5.6).
 * Throws a TypeError for anything but a string.
 */
export function encodeText(data: string, maskKey?: number): Uint8Array {
  return encodeFrame({ fin: true, rsv: 0, opcode: Opcode.Text, payload: encodeUtf8(data) }, maskKey);
}

/** A binary message in one frame. Throws a TypeError for anything but a Uint8Array (RFC 6455 §5.6). */
export function encodeBinary(data: Uint8Array, maskKey?: number): Uint8Array {
  return encodeFrame({ fin: true, rsv: 0, opcode: Opcode.Binary, payload: data }, maskKey);
}

/** A Ping with at most 125 octets of payload; a RangeError otherwise (RFC 6455 §5.5.2). */
export function encodePing(data: Uint8Array = empty, maskKey?: number): Uint8Array {
  return encodeFrame({ fin: true, rsv: 0, opcode: Opcode.Ping, payload: data }, maskKey);
}

/** A Pong, with the payload of the Ping that it answers; a RangeError for more than 125 octets (RFC 6455 §5.5.3). */
export function encodePong(data: Uint8Array = empty, maskKey?: number): Uint8Array {
  return encodeFrame({ fin: true, rsv: 0, opcode: Opcode.Pong, payload: data }, maskKey);
}

/** A Close frame; without a code its payload is empty. Throws as {@link encodeClosePayload} does (RFC 6455 §5.5.1). */
export function encodeClose(code?: number, reason?: string, maskKey?: number): Uint8Array {
  return encodeFrame(
    { fin: true, rsv: 0, opcode: Opcode.Close, payload: encodeClosePayload(code, reason) },
    maskKey,
  );
}
