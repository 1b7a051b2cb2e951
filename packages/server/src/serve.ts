import type { AddressInfo, Server as Listener } from "node:net";
import { resolveLimits } from "./limits.ts";
import { checkNames, type ServerOptions } from "./options.ts";
import {
  checkListenOptions,
  createListener,
  type ListenOptions,
  listen,
  listenOptionNames,
} from "./own-port.ts";
import { Server } from "./server.ts";
import { takeAccepted } from "./take-accepted.ts";

/** Options of {@link serve}. */
export type ServeOptions<State> = ServerOptions<State> & ListenOptions;

/** A server with a port of its own. Made by {@link serve}. */
export class ListeningServer<State = undefined> extends Server<State> {
  /** The listener underneath, from `node:net` or `node:tls`. */
  readonly listener: Listener;
  readonly #secure: boolean;

  constructor(options: ServeOptions<State>) {
    super(options);
    this.#secure = options.tls !== undefined;
    const { handshakeTimeout } = resolveLimits(options.limits);
    this.listener = createListener(options, handshakeTimeout, (socket) => this.handleSocket(socket));
    if (!this.#secure) {
      this.listener.on("listening", () => takeAccepted(this.listener, (socket) => this.accept(socket)));
    }
    this.whenClosing(() => this.listener.close());
  }

  /** The address it listens on: that of `node:net`, a string for a Unix socket. */
  address(): AddressInfo | string | null {
    return this.listener.address();
  }

  /** Where clients on this machine connect to: `ws://127.0.0.1:4545`, or `ws+unix:/path`. */
  get url(): string {
    const scheme = this.#secure ? "wss" : "ws";
    const address = this.address();
    if (address === null) return "";
    if (typeof address === "string") return `${scheme}+unix:${address}`;
    const { family, port } = address;
    const everywhere = address.address === "::" || address.address === "0.0.0.0";
    const host = everywhere ? "localhost" : family === "IPv6" ? `[${address.address}]` : address.address;
    return `${scheme}://${host}:${port}`;
  }
}

/**
 * Starts a server on a port of its own: TCP, TLS or a Unix socket, with no HTTP server in between. Resolves when it
 * listens. Throws a TypeError or RangeError that names a wrong option, and rejects with the system's error when the
 * address cannot be had (`EADDRINUSE`, …).
 */
export async function serve<State = undefined>(
  options: ServeOptions<State>,
): Promise<ListeningServer<State>> {
  checkNames(options, listenOptionNames);
  checkListenOptions(options);
  const server = new ListeningServer(options);
  try {
    await listen(server.listener, options);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}
