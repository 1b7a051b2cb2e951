import type { Duplex } from "node:stream";
import type { Connection, Sendable, WriteResult } from "./connection.ts";
import { type LinkedSocket, receiverOf } from "./receiver.ts";

/** A connection, or the socket underneath one. */
export type Target = Connection | Duplex;

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
  const receiver = receiverOf(target as LinkedSocket);
  if (receiver === undefined) {
    if (!isConnection(target)) throw new TypeError("This is neither a connection nor the socket of one");
    return run(target);
  }
  // A socket that is still in its opening handshake has nothing to command yet.
  if (!isConnection(receiver)) return "closed";
  const result = run(receiver);
  // Who holds the socket may write to it next: what is sent stays in order.
  receiver.flush();
  return result;
}

/** Goes by what it can do: it may come from another copy of this package. */
function isConnection(value: object): value is Commands & { flush(): void } {
  return "drained" in value && "flush" in value;
}
