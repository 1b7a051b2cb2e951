import { BusError } from "@exws/channels";
import type { NatsConnect, NatsConnection } from "./connection.ts";
import { OwnSockets } from "./own-sockets.ts";

/** Milliseconds that a server gets to greet and to let us in. */
const patience = 5_000;

/** What the bus sees to itself; the client's own pings must not be first. */
const forced = {
  reconnect: false,
  waitOnFirstConnect: false,
  noEcho: true,
  noAsyncTraces: true,
  pingInterval: 3_600_000,
} as const;

/** A connection, and the sockets that are below it. */
export type Dialed = { readonly connection: NatsConnection; readonly sockets: OwnSockets };

/**
 * Connects, to one server after another until one lets us in. The client does that, too, but gives up with the first that
 * takes the connection and then says nothing.
 */
export class Dialer {
  readonly #connect: (options: object) => Promise<NatsConnection>;
  readonly #options: object;
  readonly #servers: readonly object[];
  #next = 0;
  #sockets: OwnSockets | undefined;
  #isClosed = false;

  /** `given` is what the user wants `connect` to get. */
  constructor(connect: NatsConnect<object>, given: object) {
    this.#connect = connect;
    this.#options = { timeout: patience, ...given, ...forced };
    const { servers, noRandomize } = given as { servers?: unknown; noRandomize?: unknown };
    this.#servers =
      Array.isArray(servers) && servers.length > 1 ? servers.map((one) => ({ servers: one })) : [{}];
    if (noRandomize !== true) this.#next = Math.floor(Math.random() * this.#servers.length);
  }

  /** Tries each server once, beginning with the last that worked; rejects with what the last of them said. */
  async dial(): Promise<Dialed> {
    let failure: unknown;
    for (let tries = 0; tries < this.#servers.length && !this.#isClosed; tries++) {
      const sockets = new OwnSockets();
      this.#sockets = sockets;
      try {
        const options = { ...this.#options, ...this.#servers[this.#next] };
        return { connection: await sockets.dial(() => this.#connect(options)), sockets };
      } catch (error) {
        failure = error;
        void sockets.destroy();
        this.#next = (this.#next + 1) % this.#servers.length;
      }
    }
    throw failure ?? new BusError("closed", "the bus was closed");
  }

  /** Ends what is being tried, and the connection that came of it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sockets?.destroy();
  }
}
