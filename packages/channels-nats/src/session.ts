import { BusError } from "@exws/channels";
import type { NatsConnection } from "./connection.ts";
import { failureOf, type Violation, violationIn } from "./failure.ts";
import type { OwnSockets } from "./own-sockets.ts";

/** What a session tells; each at once, in the order in which it happens. */
export type SessionEvents = {
  /** Nothing goes any more. Told once. */
  ended(error: BusError): void;
  /** The server will not take messages on this subject. Told before the `confirm` of those messages resolves. */
  violated(violation: Violation): void;
  /** The server takes no more subscriptions. Told before `confirm` resolves, as above. */
  exceeded(error: BusError): void;
};

/** How often a server that owes an answer is looked at until it is given up. */
const looks = 4;

export type SessionTimes = { readonly pingInterval: number; readonly pingTimeout: number };

/**
 * One connection, from the moment it stands to its end: after that there is another session. The client's own reconnecting is off:
 * it gives up, keeps what was published meanwhile and hangs on to silent connections.
 */
export class Session {
  readonly connection: NatsConnection;
  readonly #sockets: OwnSockets;
  readonly #times: SessionTimes;
  readonly #events: SessionEvents;
  /** Who waits for a confirmation: the client leaves them waiting when it is closed. */
  readonly #waiting = new Set<(error: BusError) => void>();
  #ended: BusError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: NatsConnection, sockets: OwnSockets, times: SessionTimes, events: SessionEvents) {
    this.connection = connection;
    this.#sockets = sockets;
    this.#times = times;
    this.#events = events;
    connection.closed().then(
      (error) => this.end(failureOf(error ?? new Error("the connection was closed"))),
      (error) => this.end(failureOf(error)),
    );
    void this.#listen();
    this.#pingLater();
  }

  /** Why it has ended. */
  get ended(): BusError | undefined {
    return this.#ended;
  }

  /**
   * Resolves when the server has dealt with all that was sent before, and what it said to it was told. Rejects when the session
   * ends.
   */
  async confirm(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.add(reject);
      void this.#pong().then(() => {
        this.#waiting.delete(reject);
        resolve();
      });
    });
    // The client tells of the server's errors some microtasks later than of the answer that came behind them.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Ends it at once, whatever is still to be sent; resolves when the client has let go. */
  async end(error: BusError): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    clearTimeout(this.#timer);
    this.#events.ended(error);
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    await Promise.all([this.#sockets.destroy(), this.connection.close().catch(() => {})]);
  }

  async #pong(): Promise<void> {
    try {
      await this.connection.flush();
    } catch (error) {
      void this.end(failureOf(error));
    }
  }

  async #listen(): Promise<void> {
    try {
      for await (const { type, error } of this.connection.status()) {
        if (type === "error") this.#fault(error);
        // The reason comes a moment later, if there is one; the client does not always come that far.
        if (type === "disconnect")
          setImmediate(() => void this.end(failureOf(new Error("the connection was lost"))));
      }
    } catch (error) {
      void this.end(failureOf(error));
    }
  }

  #fault(error: unknown): void {
    if (this.#ended !== undefined) return;
    const violation = violationIn(error);
    if (violation !== undefined) {
      this.#events.violated(violation);
      return;
    }
    const failure = failureOf(error);
    // It expired, or somebody has taken it back: the server ends the connection.
    if (failure.code === "refused") void this.end(failure);
    else if (/maximum subscriptions/i.test(failure.message)) this.#events.exceeded(failure);
    // All else ends the connection, and is told with that.
  }

  #pingLater(): void {
    this.#timer = setTimeout(() => this.#ping(), this.#times.pingInterval);
  }

  #ping(): void {
    let seen = this.#sockets.received;
    let silent = 0;
    let answered = false;
    // Time is counted in looks: for as long as this process stood still itself, nobody could answer.
    const look = (): void => {
      this.#timer = setTimeout(() => setImmediate(judge), this.#times.pingTimeout / looks);
    };
    const judge = (): void => {
      if (this.#ended !== undefined || answered) return;
      const now = this.#sockets.received;
      silent = now === seen ? silent + 1 : 0;
      seen = now;
      if (silent < looks) look();
      else void this.end(new BusError("unavailable", `no answer in ${this.#times.pingTimeout} ms`));
    };
    look();
    void this.#pong().then(() => {
      answered = true;
      if (this.#ended !== undefined) return;
      clearTimeout(this.#timer);
      this.#pingLater();
    });
  }
}
