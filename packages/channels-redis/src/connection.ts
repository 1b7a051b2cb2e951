import { BusError } from "@exws/channels";
import { busErrorOf, isDemoted } from "./bus-error-of.ts";
import type { Address, Dialer, Transport, Word } from "./transport.ts";
import { type Heartbeat, Watchdog } from "./watchdog.ts";

/** What a connection tells. */
export type ConnectionEvents = {
  message(channel: string, payload: Uint8Array): void;
  /** Once, and not after `close`. */
  lost(connection: Connection, error: BusError): void;
  moved(): void;
};

/** The most names that one command subscribes. */
const chunk = 1000;

/**
 * One connection to one server, from its opening to its end: when it is lost, frozen or half-open, all that waits on it rejects
 * with `unavailable`, nothing is sent again, and it never comes back. Another takes its place.
 */
export class Connection {
  readonly #transport: Transport;
  readonly #events: ConnectionEvents;
  readonly #waiting = new Set<(error: BusError) => void>();
  #watchdog: Watchdog | undefined;
  #error: BusError | undefined;

  private constructor(
    dialer: Dialer,
    address: Address | undefined,
    timeout: number,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#transport = dialer.dial(address, timeout, {
      message: (channel, payload) => {
        this.#watchdog?.hear();
        if (this.#error === undefined) events.message(channel, payload);
      },
      lost: (cause) => this.#lose(busErrorOf(cause, "the connection to Redis is lost")),
      moved: () => events.moved(),
    });
  }

  /** Connects; rejects with a {@link BusError} when the server does not answer within `timeout` or is not ready. */
  static async open(
    dialer: Dialer,
    address: Address | undefined,
    heartbeat: Heartbeat,
    events: ConnectionEvents,
    signal: AbortSignal,
  ): Promise<Connection> {
    const timeout = heartbeat.timeout;
    const connection = new Connection(dialer, address, timeout, events);
    const late = (): void =>
      connection.#lose(new BusError("unavailable", `Redis does not answer within ${timeout} ms`));
    const stop = (): void => connection.#lose(new BusError("closed", "the bus was closed"));
    // A library's own timeout ends when the socket is connected; a frozen server connects.
    const timer = setTimeout(late, timeout);
    signal.addEventListener("abort", stop, { once: true });
    try {
      if (signal.aborted) throw new BusError("closed", "the bus was closed");
      await connection.#guard(connection.#transport.connect(), "cannot connect to Redis");
      await connection.command(["PING"]);
      if (connection.#error !== undefined) throw connection.#error;
    } catch (error) {
      connection.close(error as BusError);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
    connection.#watch(heartbeat);
    return connection;
  }

  get isOpen(): boolean {
    return this.#error === undefined;
  }

  /** Sends a command; rejects with a {@link BusError}. */
  command(words: readonly Word[]): Promise<unknown> {
    return this.#attempt(() => this.#transport.command(words), String(words[0]));
  }

  /** Subscribes in commands of at most 1,000 names, all sent at once; of a cluster each name in its own. */
  async subscribe(channels: readonly string[], sharded: boolean, each: boolean): Promise<void> {
    const parts = chunks(channels, each ? 1 : chunk);
    const all = parts.map((part) =>
      this.#attempt(() => this.#transport.subscribe(part, sharded), "subscribe"),
    );
    const results = await Promise.allSettled(all);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const error = result.reason as BusError;
      // Moved, loading: another connection may fare better.
      if (error.code === "unavailable") this.#lose(error);
      throw error;
    }
  }

  /** The same the other way; nobody waits for it. */
  unsubscribe(channels: readonly string[], sharded: boolean, each: boolean): void {
    for (const part of chunks(channels, each ? 1 : chunk)) {
      this.#attempt(() => this.#transport.unsubscribe(part, sharded), "unsubscribe").catch(
        (error: BusError) => {
          // Who cannot unsubscribe any more starts afresh.
          this.#lose(error);
        },
      );
    }
  }

  /** Ends it from here; what waits rejects with the error. */
  close(error: BusError): void {
    this.#end(error);
  }

  #watch(heartbeat: Heartbeat): void {
    const { interval, timeout } = heartbeat;
    const ping = (): void => {
      this.command(["PING"]).catch(() => {});
    };
    const dead = (): void =>
      this.#lose(new BusError("unavailable", `Redis has not answered for ${interval + timeout} ms`));
    this.#watchdog = new Watchdog(heartbeat, ping, dead);
  }

  #attempt(action: () => Promise<unknown>, what: string): Promise<unknown> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    try {
      return this.#guard(action(), what);
    } catch (cause) {
      return Promise.reject(busErrorOf(cause, what));
    }
  }

  /** Settles as the library does, or when the connection is lost, whichever is first: libraries may never. */
  #guard<Result>(promise: Promise<Result>, what: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      promise.then(
        (result) => {
          this.#watchdog?.hear();
          this.#waiting.delete(reject);
          resolve(result);
        },
        (cause: unknown) => {
          if (!this.#waiting.delete(reject)) return;
          const error = busErrorOf(cause, what);
          reject(error);
          // The master has become a replica: the next connection may lead to the new one.
          if (isDemoted(error)) this.#lose(error);
        },
      );
    });
  }

  #lose(error: BusError): void {
    if (this.#error !== undefined) return;
    this.#end(error);
    // As long as it opens, `open` tells.
    if (this.#watchdog !== undefined) this.#events.lost(this, error);
  }

  #end(error: BusError): void {
    if (this.#error !== undefined) return;
    // What waits may have arrived, whatever the reason is for which the connection goes.
    const isPassing = this.#watchdog !== undefined && error.code !== "closed";
    this.#error = isPassing ? new BusError("unavailable", error.message, { cause: error }) : error;
    this.#watchdog?.stop();
    this.#transport.destroy();
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
