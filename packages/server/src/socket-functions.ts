import type { Duplex } from "node:stream";
import type { Connection, Sendable, WriteResult } from "./connection.ts";
import { type LinkedSocket, receiverOf } from "./receiver.ts";
import { WebSocketConnection } from "./web-socket-connection.ts";

/** A connection, or the socket underneath one. */
export type Target = Connection<never> | Duplex;

type Commands = Pick<Connection, "write" | "ping" | "pong" | "close">;

/** Sends a message, as `connection.write` does. Throws a TypeError for a socket that is not a server's. */
export function write(target: Target, data: Sendable): WriteResult {
  return command(target, (connection) => connection.write(data));
}

/** Sends a Ping, as `connection.ping` does. */
export function ping(target: Target, data?: string | Uint8Array): WriteResult {
  return command(target, (connection) => connection.ping(data));
}

/** Sends a Pong, as `connection.pong` does. */
export function pong(target: Target, data?: string | Uint8Array): WriteResult {
  return command(target, (connection) => connection.pong(data));
}

/** Begins the closing handshake, as `connection.close` does. */
export function close(target: Target, code?: number, reason?: string): "sent" | "closed" {
  return command(target, (connection) => connection.close(code, reason));
}

function command<Result>(target: Target, run: (connection: Commands) => Result): Result | "closed" {
  if (target instanceof WebSocketConnection) return run(target);
  const receiver = receiverOf(target as LinkedSocket);
  if (receiver === undefined) throw new TypeError("This is neither a connection nor the socket of one");
  // A socket that is still in its opening handshake.
  if (!(receiver instanceof WebSocketConnection)) return "closed";
  const result = run(receiver);
  // Who holds the socket may write to it next: what is sent stays in order.
  receiver.flush();
  return result;
}
