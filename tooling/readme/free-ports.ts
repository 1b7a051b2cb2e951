import { Server, Socket } from "node:net";

/**
 * Makes every port that a program names a free one, for those who listen on it and those who connect to it. On some of them others
 * listen already: `known` tells where these are.
 */
export function freePorts(known: ReadonlyMap<number, number> = new Map()): void {
  const actual = new Map(known);

  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const named = portOf(args[0]);
    if (named !== undefined && named !== 0) {
      this.once("listening", () => {
        const address = this.address();
        if (address !== null && typeof address === "object") actual.set(named, address.port);
      });
      args[0] = withPort(args[0], 0);
    }
    return Reflect.apply(listen, this, args);
  };

  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    // net.connect() hands its arguments on as one array.
    const list = Array.isArray(args[0]) ? args[0] : args;
    const port = actual.get(portOf(list[0]) ?? -1);
    if (port !== undefined) list[0] = withPort(list[0], port);
    return Reflect.apply(connect, this, args);
  };
}

function portOf(target: unknown): number | undefined {
  const port = typeof target === "object" && target !== null && "port" in target ? target.port : target;
  return typeof port === "number" || (typeof port === "string" && /^\d+$/.test(port))
    ? Number(port)
    : undefined;
}

function withPort(target: unknown, port: number): unknown {
  return typeof target === "object" ? { ...target, port } : port;
}
