import diagnostics from "node:diagnostics_channel";
import type * as net from "node:net";
import { isHandle, type OwnSocket, socketOf } from "./own-socket.ts";

type ListeningHandle = { onconnection(status: number, handle: unknown): void };

/**
 * Lets a listener give the handles that it accepts to us, before it makes sockets of them; `false`, and nothing is done, where
 * it has no such handle itself. What somebody else wants to see or to refuse takes the ordinary way, to `connection`.
 */
export function takeAccepted(listener: net.Server, onSocket: (socket: OwnSocket) => void): boolean {
  const { _handle: handle } = listener as unknown as { _handle: ListeningHandle | null };
  const ordinary = handle?.onconnection;
  if (typeof ordinary !== "function") return false;
  handle!.onconnection = function (status, accepted) {
    if (status !== 0 || !isHandle(accepted) || isWatched(listener)) ordinary.call(this, status, accepted);
    else onSocket(socketOf(accepted));
  };
  return true;
}

const accepts = diagnostics.channel("net.server.socket");

function isWatched(listener: net.Server): boolean {
  const { maxConnections, blockList } = listener as { maxConnections?: unknown; blockList?: unknown };
  if (maxConnections !== undefined && maxConnections !== null) return true;
  return blockList !== undefined || listener.listenerCount("connection") > 1 || accepts.hasSubscribers;
}
