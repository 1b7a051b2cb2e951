import type { Transport } from "./transport.ts";

type Handle = { writeQueueSize?: unknown };

/**
 * Bytes of a socket that the kernel has still to take: the handle's own count where there is one, for it sees partial
 * writes. That of TLS stands still until a whole batch is out; the one of the TCP handle underneath moves.
 */
export function unsent(socket: Transport): number {
  const handle = (socket as { _handle?: (Handle & { _parent?: Handle | null }) | null })._handle;
  const queued = handle?._parent?.writeQueueSize ?? handle?.writeQueueSize;
  return typeof queued === "number" ? queued : socket.writableLength;
}
