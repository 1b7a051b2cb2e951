import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Peer } from "crossws";
import crossws from "crossws/adapters/node";
import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

const members = new Set<Peer>();

function broadcast(trigger: string): void {
  const message = config.type === "text" ? broadcastText : broadcastBytes;
  for (let left = countOf(trigger); left > 0; left--) {
    if (!config.slow) {
      adapter.publish("all", message);
      continue;
    }
    // Its topics have no bound for members that are behind.
    for (const member of members) if (member.bufferedAmount <= maxWaiting) member.send(message);
  }
}

const adapter = crossws({
  serverOptions: { maxPayload: maxMessage, perMessageDeflate: false },
  idleTimeout: 0,
  hooks: {
    open(peer) {
      if (config.mode !== "broadcast") return;
      members.add(peer);
      peer.subscribe("all");
    },
    message(peer, message) {
      if (config.mode === "echo") peer.send(message.rawData);
      else broadcast(message.text());
    },
    close(peer) {
      members.delete(peer);
    },
    error(peer) {
      members.delete(peer);
    },
  },
});

const server = createServer();
server.on("upgrade", adapter.handleUpgrade);
server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port));
