export { checkHeader, type HeaderContext, maxControlPayload, type Role } from "./check-header.ts";
export { CloseCode, isSendableCloseCode } from "./close-code.ts";
export { decodeClosePayload, encodeClosePayload, maxCloseReason } from "./close-payload.ts";
export {
  encodeBinary,
  encodeClose,
  encodeFrame,
  encodePing,
  encodePong,
  encodeText,
  type FrameToEncode,
} from "./encode.ts";
export { type Frame, FrameDecoder, type FrameDecoderOptions } from "./frame-decoder.ts";
export { decodeHeader, encodeHeader, type FrameHeader, headerLength } from "./header.ts";
export { applyMask } from "./mask.ts";
export { MessageAssembler, type MessageLimits } from "./message-assembler.ts";
export { type Message, MessageDecoder, type MessageDecoderOptions } from "./message-decoder.ts";
export type { MessageTransform } from "./message-transform.ts";
export { isControl, isReserved, Opcode } from "./opcode.ts";
export type { PayloadMemory } from "./payload-memory.ts";
export { binary, isPrepared, PreparedMessage, text } from "./prepared-message.ts";
export { ProtocolError, type ProtocolErrorCode } from "./protocol-error.ts";
export { receiveBuffer } from "./receive-buffer.ts";
export { portableUtf8, type Utf8Codec, Utf8Validator } from "./utf8.ts";
