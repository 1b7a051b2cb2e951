import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { RelayConnection, type RelayCounts } from "./relay-connection.ts";
import { makeRelayFolder, removeDeadFolders } from "./relay-folder.ts";
import { RelayRooms } from "./relay-rooms.ts";

/** Options of {@link relay}. */
export type RelayOptions = {
  /** The Unix socket or named pipe to listen on; default: one that only this user's processes can reach. */
  path?: string;
  /**
   * Bytes that may wait for a process which does not read what it gets; messages beyond that are dropped for it, and counted. Its
   * channels notice the gap. Default 16 MiB.
   */
  buffer?: number;
};

/** What a relay counts, and how many topics are heard. */
export type RelayStats = RelayCounts & { topics: number };

/** Where clusterBus() looks for the relay. */
export const variable = "EXWS_BUS";

/** Milliseconds between two looks for logs to forget. */
const sweepInterval = 5_000;

/** Carries what the buses of this machine say to each other. Made by {@link relay}. */
export class Relay implements AsyncDisposable {
  /** Where buses reach it. */
  readonly path: string;
  readonly #server: Server;
  readonly #folder: string | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #rooms = new RelayRooms();
  readonly #counts: RelayCounts = { connections: 0, published: 0, delivered: 0, dropped: 0 };
  readonly #buffer: number;
  readonly #sweeping: NodeJS.Timeout;
  readonly #onExit: () => void;

  constructor(options: RelayOptions) {
    if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
    for (const name of Object.keys(options)) {
      if (name !== "path" && name !== "buffer") throw new TypeError(`${name} is not an option`);
    }
    const { path, buffer = 16_777_216 } = options;
    if (path !== undefined && (typeof path !== "string" || path === "")) {
      throw new TypeError("path must be the path of a Unix socket or named pipe");
    }
    if (typeof buffer !== "number") throw new TypeError("buffer must be a number of bytes");
    if (!(buffer >= 0)) throw new RangeError("buffer must be 0 or more bytes");
    this.#buffer = buffer;
    const own = path === undefined && process.platform !== "win32" ? makeRelayFolder() : undefined;
    this.#folder = own?.folder;
    this.path = path ?? own?.path ?? `\\\\.\\pipe\\exws-${randomUUID()}`;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#sweeping = setInterval(() => this.#rooms.sweep(), sweepInterval).unref();
    this.#onExit = () => this.#clean();
  }

  /** Starts to listen. Called once, by {@link relay}. */
  async listen(): Promise<void> {
    try {
      await this.#listen();
    } catch (error) {
      // A socket that nobody listens on is left of a process that was killed.
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || (await isHeard(this.path))) {
        this.#clean();
        throw error;
      }
      rmSync(this.path, { force: true });
      await this.#listen();
    }
    // The relay is there for others: it keeps no process alive.
    this.#server.unref();
    process.on("exit", this.#onExit);
    if (this.#folder !== undefined) void removeDeadFolders();
  }

  /** A copy of the counters. */
  stats(): RelayStats {
    return { ...this.#counts, topics: this.#rooms.size };
  }

  /** Ends all connections, forgets all logs, and resolves when nothing is left. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    process.off("exit", this.#onExit);
    if (process.env[variable] === this.path) delete process.env[variable];
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#clean();
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      // Not shared with other workers, should this be a worker of node:cluster.
      this.#server.listen({ path: this.path, exclusive: true }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    const connection = new RelayConnection(socket.unref(), this.#rooms, this.#counts, this.#buffer);
    this.#sockets.add(socket);
    this.#counts.connections++;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#counts.connections--;
      this.#rooms.leave(connection);
    });
  }

  #clean(): void {
    clearInterval(this.#sweeping);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Starts a relay in this process and tells those that it forks from now on, by `EXWS_BUS` in its environment: `clusterBus()` finds
 * it. Call it in the primary of `node:cluster`, or beside `supervise()`. Throws a TypeError or RangeError that names a wrong option, and
 * rejects with the system's error when it cannot listen.
 */
export async function relay(options: RelayOptions = {}): Promise<Relay> {
  const started = new Relay(options);
  await started.listen();
  process.env[variable] = started.path;
  return started;
}

function isHeard(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
