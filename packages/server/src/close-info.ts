/**
 * Who or what ended a connection.
 *
 * - `peer`: it sent a Close frame. `server`: the application called `close` or `terminate`.
 * - `protocol`: the peer broke the protocol or a limit on what it sends. `timeout`: a deadline passed.
 * - `overflow`: the peer did not take what was sent to it. `shutdown`: the server was closed.
 * - `socket`: TCP ended or broke without a Close frame. `error`: a callback of the handler threw or rejected.
 */
export type ClosedBy =
  | "peer"
  | "server"
  | "protocol"
  | "timeout"
  | "overflow"
  | "shutdown"
  | "socket"
  | "error";

/** How a connection ended. */
export type CloseInfo = {
  /** The code of the Close frame that began it; 1005 when that had none, 1006 when there was no Close frame. */
  readonly code: number;
  /** The reason in that frame, or "". */
  readonly reason: string;
  /** Close frames went both ways (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  readonly by: ClosedBy;
};
