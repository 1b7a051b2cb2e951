import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { encodeRejection, HandshakeError, parseTarget } from "@exws/handshake";
import { checkNames, type ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

/** Options of {@link attach}. */
export type AttachOptions<State> = ServerOptions<State> & {
  /** The path that is claimed, compared as it was sent, without the query; default: all. */
  path?: string;
};

type Upgradable = Pick<Server, "handleUpgrade">;
type Route = { readonly path: string | undefined; readonly server: Upgradable };

/** The servers on one HTTP server share one listener, so that each upgrade is answered once. */
const routers = new WeakMap<HttpServer, Router>();

/**
 * Puts a server on a path of an HTTP server. It claims the WebSocket upgrades of that path and leaves all others to whoever
 * else listens for `upgrade`; when nobody does, they are answered 404. Several may share one HTTP server.
 *
 * Closing it leaves the HTTP server as it was. Throws a TypeError or RangeError that names a wrong option, and an Error
 * when the path is taken.
 */
export function attach<State = undefined>(
  httpServer: HttpServer | HttpsServer,
  options: AttachOptions<State>,
): Server<State> {
  if (typeof httpServer?.on !== "function")
    throw new TypeError("httpServer must be a server of node:http or node:https");
  checkNames(options, ["path"]);
  const { path } = options;
  if (path !== undefined && (typeof path !== "string" || !path.startsWith("/"))) {
    throw new TypeError("path must begin with a slash");
  }
  const router = routers.get(httpServer) ?? new Router(httpServer);
  if (router.has(path)) throw new Error(`path ${path ?? "(all)"} is taken on this HTTP server`);
  const server = new Server(options);
  const route: Route = { path, server };
  router.add(route);
  // Until every connection is gone new ones are answered 503.
  server.whenClosed(() => router.remove(route));
  return server;
}

class Router {
  readonly #httpServer: HttpServer;
  readonly #routes = new Set<Route>();

  constructor(httpServer: HttpServer) {
    this.#httpServer = httpServer;
  }

  has(path: string | undefined): boolean {
    return [...this.#routes].some((route) => route.path === path);
  }

  add(route: Route): void {
    if (this.#routes.size === 0) {
      routers.set(this.#httpServer, this);
      this.#httpServer.on("upgrade", this.#onUpgrade);
    }
    this.#routes.add(route);
  }

  remove(route: Route): void {
    this.#routes.delete(route);
    if (this.#routes.size > 0) return;
    routers.delete(this.#httpServer);
    this.#httpServer.off("upgrade", this.#onUpgrade);
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { path } = parseTarget(request.url ?? "");
    const routes = [...this.#routes];
    const route =
      routes.find((candidate) => candidate.path === path) ??
      routes.find((candidate) => candidate.path === undefined);
    const alone = this.#httpServer.listenerCount("upgrade") === 1;
    if (route !== undefined && (alone || namesWebSocket(request))) {
      route.server.handleUpgrade(request, socket, head);
    } else if (alone) {
      socket.on("error", () => {});
      socket.end(encodeRejection(new HandshakeError("path")));
      socket.resume();
    }
  };
}

/** Some other listener may wait for another protocol on the same path. */
function namesWebSocket(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? "").toLowerCase().includes("websocket");
}
