import type { FrameHeader } from "./header.ts";
import { isControl, isReserved, Opcode } from "./opcode.ts";
import type { ProtocolErrorCode } from "./protocol-error.ts";

/** Which end of the connection we are. It decides who has to mask (RFC 6455 §5.1). */
export type Role = "server" | "client";

/** The longest payload of a control frame, in octets (RFC 6455 §5.5). */
export const maxControlPayload = 125;

/** What a header is judged against. */
export type HeaderContext = {
  readonly role: Role;
  /** Reserved bits that a negotiated extension defines for the first frame of a message: 0 to 7, RSV1 is 4. */
  readonly allowedRsv: number;
  /** A data message has begun and its final fragment has not come. */
  readonly fragmented: boolean;
};

/**
 * Tells which framing MUST a header breaks, if any: all of them are here (RFC 6455 §5.1-5.5).
 * Sizes are no framing rule; the decoders compare them with their limits.
 */
export function checkHeader(header: FrameHeader, context: HeaderContext): ProtocolErrorCode | undefined {
  const { opcode, rsv } = header;
  if (isReserved(opcode)) return "reserved-opcode";
  // §5.1: "a server MUST close the connection upon receiving a frame that is not masked", and the reverse.
  if (header.masked !== (context.role === "server")) return header.masked ? "masked-frame" : "unmasked-frame";
  if (isControl(opcode)) {
    if (rsv !== 0) return "reserved-bits";
    if (!header.fin) return "fragmented-control";
    if (header.length > maxControlPayload) return "control-too-long";
    return undefined;
  }
  if (opcode === Opcode.Continuation) {
    // An extension marks messages, not fragments: RFC 7692 §6.1 allows RSV1 on the first frame only.
    if (rsv !== 0) return "reserved-bits";
    return context.fragmented ? undefined : "unexpected-continuation";
  }
  if ((rsv & ~context.allowedRsv) !== 0) return "reserved-bits";
  return context.fragmented ? "expected-continuation" : undefined;
}
