/** The part of faye-websocket that the tests use; the package has no types of its own. */
declare module "faye-websocket" {
  import type { IncomingMessage } from "node:http";
  import type { Duplex } from "node:stream";

  // biome-ignore lint/style/noDefaultExport: a CommonJS package
  export default class WebSocket {
    static isWebSocket(request: IncomingMessage): boolean;
    constructor(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      protocols: readonly string[],
      options: { maxLength: number },
    );
    on(event: "message", listener: (event: { data: string | Buffer }) => void): void;
    send(data: string | Buffer): void;
  }
}
