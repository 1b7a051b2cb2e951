import type * as net from "node:net";
import { type DirectSocket, directSocket } from "./direct-socket.ts";
import { SharedReadSocket } from "./shared-read-socket.ts";
import type { StreamHandle } from "./stream-binding.ts";

/** What an own port hands over: the cheapest socket that this Node lets us have. */
export type OwnSocket = DirectSocket | net.Socket;

/**
 * Takes the handle out of a socket that has not begun to read and drives it: by itself where Node lets us, or else by a
 * socket that reads into the shared buffer. `undefined` when this Node has no such handle; the socket is untouched then.
 */
export function takeHandle(socket: net.Socket): OwnSocket | undefined {
  const owner = socket as unknown as { _handle: unknown };
  const handle = owner._handle;
  if (!isHandle(handle)) return undefined;
  owner._handle = null;
  // The shell that is left has nothing to close; destroying it makes the listener stop counting it.
  socket.destroy();
  forget(handle, socket);
  return socketOf(handle);
}

/** Takes a handle that nobody has. */
export function socketOf(handle: StreamHandle): OwnSocket {
  handle.setNoDelay?.(true);
  return directSocket(handle) ?? new SharedReadSocket(handle);
}

/** Whether something is a handle as we need it. Undocumented in Node: taken only when it looks as expected. */
export function isHandle(value: unknown): value is StreamHandle {
  if (typeof value !== "object" || value === null) return false;
  const handle = value as { readonly [Name in keyof StreamHandle]?: unknown };
  return (
    typeof handle.useUserBuffer === "function" &&
    typeof handle.readStart === "function" &&
    typeof handle.readStop === "function" &&
    typeof handle.writeBuffer === "function" &&
    typeof handle.writev === "function" &&
    typeof handle.shutdown === "function" &&
    typeof handle.close === "function"
  );
}

/** Node keeps the socket of a handle in a property of it. */
function forget(handle: object, socket: net.Socket): void {
  const properties = handle as Record<symbol, unknown>;
  for (const name of Object.getOwnPropertySymbols(handle))
    if (properties[name] === socket) properties[name] = undefined;
}
