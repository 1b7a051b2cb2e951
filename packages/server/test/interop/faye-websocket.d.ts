/** The part of faye-websocket that the tests use; the package has no types of its own. */
declare module "faye-websocket" {
  import type { EventEmitter } from "node:events";
  import type { IncomingMessage } from "node:http";
  import type { Duplex } from "node:stream";
  import type { ConnectionOptions } from "node:tls";

  type Options = { tls?: ConnectionOptions };

  class FayeSocket extends EventEmitter {
    constructor(request: IncomingMessage, socket: Duplex, body: Buffer, protocols?: readonly string[]);
    readonly protocol: string;
    send(data: string | Buffer): boolean;
    ping(message: string, callback: () => void): boolean;
    close(code?: number, reason?: string): void;
    static Client: new (
      url: string,
      protocols: readonly string[],
      options: Options,
    ) => FayeSocket;
    static isWebSocket(request: IncomingMessage): boolean;
  }

  // biome-ignore lint/style/noDefaultExport: a CommonJS package
  export default FayeSocket;
}
