import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

type BunSocket = {
  send(data: string | Uint8Array, compress?: boolean): number;
  subscribe(topic: string): void;
};
type BunServer = {
  port: number;
  upgrade(request: unknown): boolean;
  publish(topic: string, data: string | Uint8Array, compress?: boolean): number;
};
declare const Bun: { serve(options: object): BunServer };

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request: unknown, server: BunServer) {
    return server.upgrade(request) ? undefined : new Response("no WebSocket", { status: 426 });
  },
  websocket: {
    maxPayloadLength: maxMessage,
    backpressureLimit: config.slow ? maxWaiting : maxMessage,
    perMessageDeflate: config.deflate,
    open(socket: BunSocket) {
      if (config.mode === "broadcast") socket.subscribe("all");
    },
    message(socket: BunSocket, data: string | Uint8Array) {
      if (config.mode === "echo") {
        socket.send(data, config.deflate);
        return;
      }
      const message = config.type === "text" ? broadcastText : broadcastBytes;
      for (let left = countOf(String(data)); left > 0; left--) server.publish("all", message, config.deflate);
    },
  },
});
ready(server.port);
