import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import FayeWebSocket from "faye-websocket";
import websocket from "websocket";
import { WebSocketServer } from "ws";

/** An echo server of a peer from npm. */
export type NpmPeer = { readonly url: URL; close(): Promise<void> };

/** The largest message that the suite sends is 16 MiB. */
const limit = 64 * 2 ** 20;

/** Echo servers of peers, each with the limits wide enough and otherwise as they come. */
export const npmPeers: Readonly<Record<string, (http: Server) => void>> = {
  ws(http) {
    const server = new WebSocketServer({ server: http, perMessageDeflate: true, maxPayload: limit });
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("error", () => {});
    });
  },
  "faye-websocket"(http) {
    http.on("upgrade", (request, socket, head) => {
      if (!FayeWebSocket.isWebSocket(request)) return;
      const peer = new FayeWebSocket(request, socket, head, [], { maxLength: limit });
      peer.on("message", (event) => {
        peer.send(event.data);
      });
    });
  },
  websocket(http) {
    const server = new websocket.server({
      httpServer: http,
      autoAcceptConnections: true,
      maxReceivedFrameSize: limit,
      maxReceivedMessageSize: limit,
    });
    server.on("connect", (connection) => {
      connection.on("message", (message) => {
        if (message.type === "utf8") connection.sendUTF(message.utf8Data);
        else connection.sendBytes(message.binaryData);
      });
      connection.on("error", () => {});
    });
  },
};

/** Starts a peer on a port of its own. */
export function startNpmPeer(name: string): Promise<NpmPeer> {
  const http = createServer();
  npmPeers[name]!(http);
  return new Promise((resolve) => {
    http.listen(0, "127.0.0.1", () => {
      const { port } = http.address() as AddressInfo;
      resolve({
        url: new URL(`ws://127.0.0.1:${port}/`),
        close: () =>
          new Promise((done) => {
            http.close(() => done());
            http.closeAllConnections();
          }),
      });
    });
  });
}
