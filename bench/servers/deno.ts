import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

type DenoServer = { addr: { port: number } };
declare const Deno: {
  serve(options: object, handler: (request: Request) => Response): DenoServer;
  upgradeWebSocket(request: Request, options: object): { socket: WebSocket; response: Response };
};

const members = new Set<WebSocket>();

function broadcast(trigger: string): void {
  const message = config.type === "text" ? broadcastText : (broadcastBytes as Uint8Array<ArrayBuffer>);
  for (let left = countOf(trigger); left > 0; left--) {
    for (const member of members) {
      if (config.slow && member.bufferedAmount > maxWaiting) continue;
      member.send(message);
    }
  }
}

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  if (config.mode === "echo") socket.onmessage = ({ data }) => socket.send(data);
  else {
    socket.onopen = () => members.add(socket);
    socket.onclose = () => members.delete(socket);
    socket.onmessage = ({ data }) =>
      broadcast(typeof data === "string" ? data : new TextDecoder().decode(data));
  }
  socket.onerror = () => {};
  return response;
});
ready(server.addr.port);
