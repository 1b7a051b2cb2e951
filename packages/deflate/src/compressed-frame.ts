import { encodeFrame, Opcode, type PreparedMessage } from "@exws/frame";

/** The reserved bit that marks a compressed message, RSV1 (RFC 7692 §6). */
export const rsv1 = 4;

/** The whole frame of a prepared message whose payload has been compressed; `undefined` when that did not help. */
export function compressedFrame(
  message: PreparedMessage,
  payload: Uint8Array | undefined,
): Uint8Array | undefined {
  if (payload === undefined) return undefined;
  const opcode = message.type === "text" ? Opcode.Text : Opcode.Binary;
  return encodeFrame({ fin: true, rsv: rsv1, opcode, payload });
}
