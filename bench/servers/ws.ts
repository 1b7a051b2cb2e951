import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { broadcastBytes, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

// bufferutil is installed: ws takes it by itself. ws switches Nagle's algorithm off by itself.
const server: WebSocketServer = new WebSocketServer(
  {
    port: 0,
    host: "127.0.0.1",
    maxPayload: maxMessage,
    perMessageDeflate: config.deflate && {
      threshold: 0,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    },
    clientTracking: config.mode === "broadcast",
  },
  () => ready((server.address() as AddressInfo).port),
);

server.on("connection", (socket) => {
  socket.on("error", () => {});
  if (config.mode === "echo") {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    return;
  }
  socket.on("message", (trigger) => {
    const options = { binary: config.type === "binary" };
    for (let left = countOf(String(trigger)); left > 0; left--) {
      for (const member of server.clients) {
        if (member.readyState !== WebSocket.OPEN) continue;
        if (config.slow && member.bufferedAmount > maxWaiting) continue;
        member.send(broadcastBytes, options);
      }
    }
  });
});
