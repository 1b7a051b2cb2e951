import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import websocket, { type connection } from "websocket";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

const http = createServer();
// Nagle's algorithm is off by default. Fragmenting what is sent costs time, and so does a timer for every connection.
const server = new websocket.server({
  httpServer: http,
  maxReceivedFrameSize: maxMessage,
  maxReceivedMessageSize: maxMessage,
  fragmentOutgoingMessages: false,
  keepalive: false,
});

const members = new Set<connection>();
const message = Buffer.from(broadcastBytes);

function broadcast(trigger: string): void {
  for (let left = countOf(trigger); left > 0; left--) {
    for (const member of members) {
      if (config.slow && member.socket.writableLength > maxWaiting) continue;
      if (config.type === "text") member.sendUTF(broadcastText);
      else member.sendBytes(message);
    }
  }
}

server.on("request", (request) => {
  const client = request.accept();
  client.on("error", () => {});
  if (config.mode === "echo") {
    client.on("message", (received) => {
      if (received.type === "utf8") client.sendUTF(received.utf8Data);
      else client.sendBytes(received.binaryData);
    });
    return;
  }
  members.add(client);
  client.on("close", () => members.delete(client));
  client.on("message", (received) =>
    broadcast(received.type === "utf8" ? received.utf8Data : String(received.binaryData)),
  );
});
http.listen(0, "127.0.0.1", () => ready((http.address() as AddressInfo).port));
