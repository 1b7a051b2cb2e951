export { binary, CloseCode, PreparedMessage, text } from "@exws/frame";
export type { HandshakeRequest } from "@exws/handshake";
export { type AttachOptions, attach } from "./attach.ts";
export type { ClosedBy, CloseInfo } from "./close-info.ts";
export type { Connection, ReadyState, Sendable, WriteResult } from "./connection.ts";
export type { Extension } from "./extension.ts";
export { defineHandler, type Handler, type HandshakeAnswer } from "./handler.ts";
export {
  type Accept,
  type AcceptOptions,
  accept,
  type Reject,
  type RejectOptions,
  reject,
} from "./handshake-answer.ts";
export { defaultLimits, type Limits, type Rate } from "./limits.ts";
export type { OriginCheck, PlainAnswer, ServerOptions } from "./options.ts";
export type { OverflowPolicy } from "./outbox.ts";
export type { ListenOptions } from "./own-port.ts";
export { type ListeningServer, type ServeOptions, serve } from "./serve.ts";
export { createServer, type Server } from "./server.ts";
export type { CloseOptions, CloseResult } from "./shutdown.ts";
export { close, ping, pong, type Target, write } from "./socket-functions.ts";
export type { Stats } from "./stats.ts";
