import type { Duplex } from "node:stream";
import type { Connection, Sendable, WriteResult } from "./connection.ts";
import { type LinkedSocket, receiverOf } from "./receiver.ts";
import { WebSocketConnection } from "./web-socket-connection.ts";

/** A connection, or the socket underneath one. */
export type Target = Connection<never> | Duplex;

/** Sends a message, as `connection.write` does. Throws a TypeError for a socket that is not a server's. */
export function write(target: Target, data: Sendable): WriteResult {
  return connectionOf(target)?.write(data) ?? "closed";
}

/** Sends a Ping, as `connection.ping` does. */
export function ping(target: Target, data?: string | Uint8Array): WriteResult {
  return connectionOf(target)?.ping(data) ?? "closed";
}

/** Sends a Pong, as `connection.pong` does. */
export function pong(target: Target, data?: string | Uint8Array): WriteResult {
  return connectionOf(target)?.pong(data) ?? "closed";
}

/** Begins the closing handshake, as `connection.close` does. */
export function close(target: Target, code?: number, reason?: string): "sent" | "closed" {
  return connectionOf(target)?.close(code, reason) ?? "closed";
}

/** `undefined` for a socket that is still in its opening handshake. */
function connectionOf(target: Target): Pick<Connection, "write" | "ping" | "pong" | "close"> | undefined {
  if (target instanceof WebSocketConnection) return target;
  const receiver = receiverOf(target as LinkedSocket);
  if (receiver === undefined) throw new TypeError("This is neither a connection nor the socket of one");
  return receiver instanceof WebSocketConnection ? receiver : undefined;
}
