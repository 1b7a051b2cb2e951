import { broadcastBytes, broadcastText, countOf } from "./broadcast.ts";
import { config, maxMessage, maxWaiting } from "./config.ts";
import { ready } from "./control.ts";

type UwsSocket = {
  send(message: ArrayBuffer, isBinary: boolean, compress: boolean): number;
  subscribe(topic: string): boolean;
};
type UwsApp = {
  ws(pattern: string, behaviour: object): UwsApp;
  publish(topic: string, message: string | Uint8Array, isBinary: boolean, compress: boolean): boolean;
  listen(host: string, port: number, listening: (token: unknown) => void): UwsApp;
};
type Uws = {
  App(): UwsApp;
  us_socket_local_port(token: unknown): number;
  SHARED_COMPRESSOR: number;
  SHARED_DECOMPRESSOR: number;
};

// The package is no dependency: where it is comes in the second argument.
const uws: Uws = (await import(process.argv[3]!)).default;

const app = uws
  .App()
  .ws("/*", {
    maxPayloadLength: maxMessage,
    maxBackpressure: config.slow ? maxWaiting : maxMessage,
    idleTimeout: 960,
    compression: config.deflate ? uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR : 0,
    open(socket: UwsSocket) {
      if (config.mode === "broadcast") socket.subscribe("all");
    },
    message(socket: UwsSocket, data: ArrayBuffer, isBinary: boolean) {
      if (config.mode === "echo") {
        socket.send(data, isBinary, config.deflate);
        return;
      }
      const binary = config.type === "binary";
      const message = binary ? broadcastBytes : broadcastText;
      for (let left = countOf(new TextDecoder().decode(data)); left > 0; left--) {
        app.publish("all", message, binary, config.deflate);
      }
    },
  })
  .listen("127.0.0.1", 0, (token) => ready(uws.us_socket_local_port(token)));
