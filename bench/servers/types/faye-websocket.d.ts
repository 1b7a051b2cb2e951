/** The part of faye-websocket that the bench uses; the package has no types of its own. */
declare module "faye-websocket" {
  import type { EventEmitter } from "node:events";
  import type { IncomingMessage } from "node:http";
  import type { Duplex } from "node:stream";

  type Options = { maxLength?: number; extensions?: readonly unknown[] };

  class FayeSocket extends EventEmitter {
    constructor(
      request: IncomingMessage,
      socket: Duplex,
      body: Buffer,
      protocols: readonly string[],
      options: Options,
    );
    send(data: string | Uint8Array): boolean;
  }

  // biome-ignore lint/style/noDefaultExport: a CommonJS package
  export default FayeSocket;
}
