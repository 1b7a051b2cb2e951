import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import type { EchoPeer } from "./echo-peer.ts";

/** The answer to an opening handshake: its lines. */
export type Answer = (key: string, request: string) => string[];

/** The right one. */
export const acceptAnswer: Answer = (key) => [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")}`,
];

/** A panel server that listens. */
export type PanelServer = { readonly url: URL; close(): Promise<void> };

/** Starts a server whose connections are peers of this class. */
export function startPanel(
  Peer: new (socket: Socket) => EchoPeer,
  answer: Answer = acceptAnswer,
): Promise<PanelServer> {
  const sockets = new Set<Socket>();
  // Half-open sockets are allowed: those who never drop TCP must not do so because the other side did.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    let head = Buffer.alloc(0);
    let peer: EchoPeer | undefined;
    socket.on("data", (chunk) => {
      if (peer !== undefined) {
        peer.received(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      const request = head.toString("latin1", 0, end);
      const key = /^Sec-WebSocket-Key: (.*)$/m.exec(request)?.[1]?.trim() ?? "";
      socket.write(`${answer(key, request).join("\r\n")}\r\n\r\n`);
      peer = new Peer(socket);
      if (head.length > end + 4) peer.received(head.subarray(end + 4));
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({
        url: new URL(`ws://127.0.0.1:${port}/`),
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
