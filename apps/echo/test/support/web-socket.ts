import { once } from "node:events";
import WebSocket from "ws";

/** Connects and waits until the connection is open. */
export async function open(url: string, options: WebSocket.ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
  await once(socket, "open");
  return socket;
}

/** The next message; text as a string. */
export async function next(socket: WebSocket): Promise<string | Buffer> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  return isBinary ? data : data.toString();
}

/** Waits for the end and tells how it came. */
export async function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return { code, reason: reason.toString() };
}

/** Closes and waits until the server has answered. */
export async function end(socket: WebSocket): Promise<void> {
  const done = closed(socket);
  socket.close(1000);
  await done;
}
