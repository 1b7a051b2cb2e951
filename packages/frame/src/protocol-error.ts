import { CloseCode } from "./close-code.ts";

/** Every way in which a peer can break the framing rules or our limits. */
export type ProtocolErrorCode =
  | "reserved-bits"
  | "reserved-opcode"
  | "non-minimal-length"
  | "length-overflow"
  | "unmasked-frame"
  | "masked-frame"
  | "fragmented-control"
  | "control-too-long"
  | "unexpected-continuation"
  | "expected-continuation"
  | "invalid-utf8"
  | "invalid-close-payload"
  | "invalid-close-code"
  | "frame-too-large"
  | "message-too-large"
  | "too-many-fragments"
  | "invalid-compressed-data";

type Rule = {
  readonly closeCode: number;
  /** The RFC that states the rule; default 6455. */
  readonly rfc?: number;
  readonly section: string;
  readonly message: string;
};

/** The one table of framing faults: what is answered, where it is written, how it reads. */
const rules: Readonly<Record<ProtocolErrorCode, Rule>> = {
  "reserved-bits": {
    closeCode: CloseCode.ProtocolError,
    section: "5.2",
    message: "A reserved bit is set that no negotiated extension defines",
  },
  "reserved-opcode": {
    closeCode: CloseCode.ProtocolError,
    section: "5.2",
    message: "The opcode is reserved",
  },
  "non-minimal-length": {
    closeCode: CloseCode.ProtocolError,
    section: "5.2",
    message: "The payload length is not in its shortest form",
  },
  "length-overflow": {
    closeCode: CloseCode.ProtocolError,
    section: "5.2",
    message: "The most significant bit of the 64-bit payload length is set",
  },
  "unmasked-frame": {
    closeCode: CloseCode.ProtocolError,
    section: "5.1",
    message: "A frame from a client is not masked",
  },
  "masked-frame": {
    closeCode: CloseCode.ProtocolError,
    section: "5.1",
    message: "A frame from a server is masked",
  },
  "fragmented-control": {
    closeCode: CloseCode.ProtocolError,
    section: "5.5",
    message: "A control frame is fragmented",
  },
  "control-too-long": {
    closeCode: CloseCode.ProtocolError,
    section: "5.5",
    message: "The payload of a control frame is longer than 125 bytes",
  },
  "unexpected-continuation": {
    closeCode: CloseCode.ProtocolError,
    section: "5.4",
    message: "A continuation frame came with no message to continue",
  },
  "expected-continuation": {
    closeCode: CloseCode.ProtocolError,
    section: "5.4",
    message: "A new message began before the fragmented one was finished",
  },
  "invalid-utf8": {
    closeCode: CloseCode.InvalidPayload,
    section: "8.1",
    message: "Text is not valid UTF-8",
  },
  "invalid-close-payload": {
    closeCode: CloseCode.ProtocolError,
    section: "5.5.1",
    message: "The payload of a Close frame is a single byte",
  },
  "invalid-close-code": {
    closeCode: CloseCode.ProtocolError,
    section: "7.4",
    message: "The close code may not be used on the wire",
  },
  "frame-too-large": {
    closeCode: CloseCode.MessageTooBig,
    section: "10.4",
    message: "The frame is larger than the limit",
  },
  "message-too-large": {
    closeCode: CloseCode.MessageTooBig,
    section: "10.4",
    message: "The message is larger than the limit",
  },
  "too-many-fragments": {
    closeCode: CloseCode.PolicyViolation,
    section: "10.4",
    message: "The message has more fragments than the limit",
  },
  "invalid-compressed-data": {
    closeCode: CloseCode.InvalidPayload,
    rfc: 7692,
    section: "7.2.2",
    message: "The message is not valid DEFLATE data",
  },
};

/**
 * Thrown by the decoders when the peer broke a rule: the connection has to be failed with `closeCode`
 * (RFC 6455 §7.1.7). `code` is the contract; the message is for people.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** The close code to answer with: 1002, 1007, 1008 or 1009. */
  readonly closeCode: number;
  /** The RFC that states the rule: 6455, or 7692 for compressed messages. */
  readonly rfc: number;
  /** The section of that RFC. */
  readonly section: string;

  constructor(code: ProtocolErrorCode) {
    const rule = rules[code];
    const rfc = rule.rfc ?? 6455;
    super(`${rule.message} (RFC ${rfc} §${rule.section})`);
    this.code = code;
    this.closeCode = rule.closeCode;
    this.rfc = rfc;
    this.section = rule.section;
  }
}
