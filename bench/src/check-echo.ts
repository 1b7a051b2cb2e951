import { jsonMessage } from "../servers/json-message.ts";
import type { Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";

/** Sends one message to a server and throws unless the very same comes back: nobody is measured who does not do the work. */
export async function checkEcho(peer: Peer, scenario: Scenario, port: number): Promise<void> {
  if (scenario.kind !== "echo" || peer.speaks !== "websocket") return;
  const { promise, resolve, reject } = Promise.withResolvers<string | ArrayBuffer>();
  const timer = setTimeout(() => reject(new Error("no echo within 10 s")), 10_000);
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.binaryType = "arraybuffer";
  const sent = jsonMessage(scenario.size);
  socket.onopen = () => socket.send(scenario.type === "text" ? sent : new TextEncoder().encode(sent));
  socket.onmessage = ({ data }) => resolve(data);
  socket.onerror = () => reject(new Error("the server refused Node's own client"));
  try {
    const echo = await promise;
    const type = typeof echo === "string" ? "text" : "binary";
    if (type !== scenario.type) throw new Error(`the echo of a ${scenario.type} message is ${type}`);
    if ((typeof echo === "string" ? echo : new TextDecoder().decode(echo)) !== sent) {
      throw new Error("the echo is not what was sent");
    }
    if (scenario.deflate !== socket.extensions.includes("permessage-deflate")) {
      throw new Error(`extensions agreed on: "${socket.extensions}"`);
    }
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
