import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { vi } from "vitest";
import {
  type Connection,
  createServer,
  type Handler,
  type Server,
  type ServerOptions,
} from "../../src/index.ts";
import { request } from "../support/http-bytes.ts";
import { FakeSocket, settle } from "./fake-socket.ts";

/** What the callbacks of a connection know it by. */
export type Named = { name: string };

/** A server without a network: its sockets are fakes and its time is the test's. Use it within {@link withFakeTime}. */
export class FakeServer {
  readonly server: Server<Named>;
  readonly errors: unknown[] = [];
  /** The sockets in the order in which they connected. */
  readonly sockets: FakeSocket[] = [];
  /** The connections that were accepted, in order. */
  readonly connections: Connection<Named>[] = [];

  constructor(
    options: Omit<Partial<ServerOptions<Named>>, "handler"> & { handler?: Partial<Handler<Named>> } = {},
  ) {
    const { handler = {}, ...others } = options;
    this.server = createServer<Named>({
      onError: (error) => this.errors.push(error),
      ...others,
      handler: {
        init: () => ({ name: "" }),
        ...(handler.raw === undefined ? { message() {} } : {}),
        ...handler,
        handshake: (seen, connection) => {
          connection.state.name = seen.path;
          this.connections.push(connection);
          return handler.handshake?.(seen, connection);
        },
      },
    });
  }

  /** A socket that has connected and said nothing: a TCP socket of a port of its own. */
  connect(socket: FakeSocket = new FakeSocket()): FakeSocket {
    this.sockets.push(socket);
    this.server.handleSocket(socket as unknown as Socket);
    return socket;
  }

  /** A socket that `node:http` hands over with its upgrade request. */
  upgrade(
    path = "/ws",
    socket: FakeSocket = new FakeSocket(),
    head: Uint8Array = Buffer.alloc(0),
  ): FakeSocket {
    this.sockets.push(socket);
    this.server.handleUpgrade(upgradeRequest(path), socket, head);
    return socket;
  }

  /** An open connection and its socket. */
  async open(socket?: FakeSocket): Promise<{ socket: FakeSocket; connection: Connection<Named> }> {
    const opened = this.upgrade("/ws", socket);
    await settle();
    return { socket: opened, connection: this.connections.at(-1)! };
  }
}

/** The request of an upgrade, as `node:http` would have parsed it. */
export function upgradeRequest(path: string): IncomingMessage {
  const [, ...lines] = request().toString("latin1").trim().split("\r\n");
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { method: "GET", url: path, httpVersion: "1.1", rawHeaders } as IncomingMessage;
}

/** Where the frames on a wire begin: behind the 101 response. */
export function afterHead(wire: Buffer): number {
  const end = wire.indexOf("\r\n\r\n");
  return end < 0 ? wire.length : end + 4;
}

/** Runs `work` with time, timers and the turns of the event loop in the test's hands. */
export async function withFakeTime(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({
    toFake: [
      "setInterval",
      "clearInterval",
      "setTimeout",
      "clearTimeout",
      "setImmediate",
      "clearImmediate",
      "performance",
    ],
  });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

/** Ends the turn of the event loop; no time passes. */
export async function turn(): Promise<void> {
  await settle();
  vi.advanceTimersByTime(0);
  await settle();
}

/** Lets time pass, a second at a time at most, as an event loop that keeps up does. */
export async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 1_000) {
    vi.advanceTimersByTime(Math.min(left, 1_000));
    await settle();
  }
}
