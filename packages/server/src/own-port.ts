import * as net from "node:net";
import * as tls from "node:tls";
import { isClaimed } from "./listening-claim.ts";

/** Where and how to listen. */
export type ListenOptions = {
  /** Default: any free one. */
  port?: number;
  /** Default: all addresses. */
  host?: string;
  /** A Unix socket, or a named pipe on Windows, in place of `port` and `host`. */
  path?: string;
  /** Connections that the kernel holds until they are accepted; default 511. */
  backlog?: number;
  /**
   * Lets several processes listen on one port, where the system can. Workers of `@exws/supervise` share theirs by themselves;
   * `false` makes them leave it to `node:cluster`.
   */
  reusePort?: boolean;
  /** Makes it a TLS port (`wss:`): options of `node:tls`, `key` and `cert` at least. */
  tls?: tls.TlsOptions;
};

/** Makes the listener of an own port; `onSocket` gets every connection, a TLS one once its handshake is done. */
export function createListener(
  options: ListenOptions,
  handshakeTimeout: number,
  onSocket: (socket: net.Socket) => void,
): net.Server {
  // Half-open sockets are ours to end: the closing handshake says when.
  const common = { noDelay: true, allowHalfOpen: true } as const;
  if (options.tls === undefined) return net.createServer({ ...common, pauseOnConnect: true }, onSocket);
  const timeout = Math.min(handshakeTimeout, 0x7fff_ffff);
  const listener = tls.createServer(
    { handshakeTimeout: timeout, ALPNProtocols: ["http/1.1"], ...options.tls, ...common },
    onSocket,
  );
  // A failed TLS handshake concerns its own socket only, which Node leaves open when it was the time that ran out.
  listener.on("tlsClientError", (_error, socket) => socket.destroy());
  return listener;
}

/** Starts to listen. Rejects with the system's error when the address cannot be had. */
export function listen(listener: net.Server, options: ListenOptions): Promise<void> {
  const { port, host, path, backlog, reusePort } = options;
  const where = {
    ...(path === undefined ? { port: port ?? 0, ...(host !== undefined && { host }) } : { path }),
    ...(backlog !== undefined && { backlog }),
    ...(reusePort !== undefined && { reusePort }),
  };
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.once("listening", () => {
      listener.off("error", reject);
      resolve();
    });
    if (!isClaimed(listener, where)) listener.listen(where);
  });
}

/** The names of the options above. */
export const listenOptionNames: readonly string[] = ["port", "host", "path", "backlog", "reusePort", "tls"];

/** Throws a TypeError or RangeError that names the option. */
export function checkListenOptions(options: ListenOptions): void {
  const { port, host, path, backlog, reusePort } = options;
  if (port !== undefined && path !== undefined) throw new TypeError("port and path exclude each other");
  if (port !== undefined && typeof port !== "number") throw new TypeError("port must be a number");
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    throw new RangeError("port must be an integer from 0 to 65535");
  }
  if (path !== undefined && (typeof path !== "string" || path === ""))
    throw new TypeError("path must be a string");
  if (host !== undefined && typeof host !== "string") throw new TypeError("host must be a string");
  if (backlog !== undefined && (!Number.isInteger(backlog) || backlog < 1)) {
    throw new RangeError("backlog must be an integer from 1 on");
  }
  if (reusePort !== undefined && typeof reusePort !== "boolean") {
    throw new TypeError("reusePort must be true or false");
  }
  if (options.tls !== undefined && (typeof options.tls !== "object" || options.tls === null)) {
    throw new TypeError("tls must be an object of node:tls options");
  }
}
