import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import FayeSocket from "faye-websocket";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

/** The socket under each member: faye-websocket itself does not tell how much waits. */
const members = new Map<FayeSocket, Socket>();

function broadcast(trigger: string): void {
  const message = config.type === "text" ? broadcastText : broadcastBytes;
  for (let left = countOf(trigger); left > 0; left--) {
    for (const [member, socket] of members) {
      if (config.slow && socket.writableLength > maxWaiting) continue;
      member.send(message);
    }
  }
}

const server = createServer();
server.on("upgrade", (request, duplex, head) => {
  const socket = duplex as Socket; // which it is on a server without TLS
  socket.setNoDelay(true);
  socket.on("error", () => {});
  const client = new FayeSocket(request, socket, head, [], { maxLength: maxMessage });
  if (config.mode === "echo") {
    client.on("message", ({ data }: { data: string | Uint8Array }) => client.send(data));
    return;
  }
  members.set(client, socket);
  client.on("close", () => members.delete(client));
  client.on("message", ({ data }) => broadcast(String(data)));
});
server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port));
