import { type Bus, BusError, type BusLog, type BusReceiver } from "@exws/channels";
import type { NatsConnect, NatsMessage } from "./connection.ts";
import { type Deferred, deferred } from "./deferred.ts";
import { Dialer } from "./dialer.ts";
import { failureOf } from "./failure.ts";
import { type NatsBusOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { pauseAfter } from "./pause.ts";
import { Sender, Senders } from "./sender.ts";
import { Session } from "./session.ts";
import { StreamLog } from "./stream-log.ts";
import { checkTopic } from "./subject.ts";
import { Subscriptions } from "./subscriptions.ts";

/** What a server takes unless it says otherwise. */
const usualMaxPayload = 1_048_576;
/** Milliseconds that a connection has to last so that the next attempt is made as if nothing had been. */
const settled = 5_000;

/**
 * Makes a bus over NATS. `connect` is that of `@nats-io/transport-node`, `connection` what it gets: servers, credentials, TLS.
 *
 * The bus makes connections of its own, one at a time, and sets `reconnect`, `noEcho` and the pings itself; name all servers of a
 * cluster, for others are not tried. Its log needs JetStream. Wrong options: TypeError, RangeError.
 */
export function natsBus<Options extends object>(
  connect: NatsConnect<Options>,
  connection?: NoInfer<Options>,
  options?: NatsBusOptions,
): Bus {
  if (typeof connect !== "function")
    throw new TypeError("connect must be the function of @nats-io/transport-node");
  const given = connection ?? {};
  if (typeof given !== "object")
    throw new TypeError("connection must be an object with the options of connect");
  return new NatsBus(new Dialer(connect as NatsConnect<object>, given), resolveOptions(options));
}

class NatsBus implements Bus {
  readonly log: BusLog;
  readonly #dialer: Dialer;
  readonly #options: ResolvedOptions;
  readonly #subscriptions: Subscriptions;
  readonly #log: StreamLog;
  readonly #closing: AbortController = new AbortController();
  readonly #sender = new Sender();
  readonly #senders = new Senders();
  #receiver: BusReceiver | undefined;
  #session: Session | undefined;
  /** There is one while the bus is up, or is coming up. */
  #outbox: Outbox | undefined;
  #isUp = false;
  /** When the connection came up that there is, or has just been. */
  #entered = Number.POSITIVE_INFINITY;
  /** The first attempt is not over: `open` tells of it. */
  #isOpening = true;
  #maxPayload = usualMaxPayload;

  constructor(dialer: Dialer, options: ResolvedOptions) {
    this.#dialer = dialer;
    this.#options = options;
    this.#subscriptions = new Subscriptions(options.prefix, (topic, message) => this.#hear(topic, message));
    this.#log = new StreamLog(options);
    this.log = this.#log;
  }

  get maxPayload(): number {
    // The client forgets it with the connection.
    this.#maxPayload = this.#session?.connection.info?.max_payload ?? this.#maxPayload;
    return this.#maxPayload;
  }

  async open(receiver: BusReceiver): Promise<void> {
    if (this.#receiver !== undefined) throw new TypeError("a bus is opened once");
    this.#receiver = receiver;
    if (this.#isClosed) throw closed();
    const first = deferred<void>();
    void this.#run(first);
    await first.promise;
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    for (const topic of topics) checkTopic(topic);
    if (this.#isClosed) throw closed();
    await this.#subscriptions.subscribe(topics);
  }

  unsubscribe(topics: readonly string[]): void {
    this.#subscriptions.unsubscribe(topics);
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    checkTopic(topic);
    if (this.#isClosed) throw closed();
    const { maxPayload } = this;
    if (payload.length > maxPayload) {
      throw new BusError(
        "too-large",
        `${payload.length} bytes exceed the server's max_payload of ${maxPayload}`,
      );
    }
    if (!this.#isUp || this.#outbox === undefined) throw down();
    await this.#outbox.publish(`${this.#options.prefix}.${topic}`, payload);
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      const error = closed();
      this.#closing.abort(error);
      this.#subscriptions.close(error);
      this.#log.close(error);
    }
    await Promise.all([this.#session?.end(closed()), this.#dialer.close()]);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Connects, and connects again, until the bus is closed. */
  async #run(first: Deferred<void>): Promise<void> {
    for (let attempts = 0; !this.#isClosed; attempts++) {
      const error = await this.#connect(() => first.resolve());
      this.#isOpening = false;
      first.reject(this.#isClosed ? closed() : error);
      if (performance.now() - this.#entered > settled) attempts = 0;
      this.#entered = Number.POSITIVE_INFINITY;
      await this.#pause(pauseAfter(attempts, Math.random()));
    }
    first.reject(closed());
  }

  /** One connection, or the attempt: resolves with the reason why it is over. */
  async #connect(first: () => void): Promise<BusError> {
    let session: Session | undefined;
    try {
      const { connection, sockets } = await this.#dialer.dial();
      const end = deferred<BusError>();
      session = new Session(connection, sockets, this.#options, {
        ended: (error) => {
          this.#leave(error);
          end.resolve(error);
        },
        violated: ({ operation, subject }) => operation === "publish" && outbox.refuse(subject),
        exceeded: (error) => this.#subscriptions.refuse(error),
      });
      this.#sender.renew();
      const outbox = new Outbox(session, this.#options.maxPending, this.#sender.mark);
      await this.#enter(session, outbox, first);
      return await end.promise;
    } catch (error) {
      const failure = failureOf(error);
      await session?.end(failure);
      return failure;
    }
  }

  async #enter(session: Session, outbox: Outbox, first: () => void): Promise<void> {
    if (this.#isClosed) throw closed();
    this.#session = session;
    this.#outbox = outbox;
    await this.#subscriptions.attach(session);
    this.#log.attach(session, outbox);
    this.#isUp = true;
    this.#entered = performance.now();
    this.#maxPayload = this.maxPayload;
    if (this.#isOpening) first();
    else this.#receiver?.up();
  }

  #leave(error: BusError): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#session = undefined;
    this.#outbox = undefined;
    this.#subscriptions.detach();
    this.#log.detach(error);
    if (wasUp && !this.#isClosed) this.#receiver?.down(error);
  }

  #hear(topic: string, message: NatsMessage): void {
    if (this.#isClosed || this.#senders.isLate(message.reply)) return;
    try {
      this.#receiver?.message(topic, message.data);
    } catch (error) {
      // In the client's reader it would end the connection without a word.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#closing.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#closing.signal.addEventListener("abort", done);
    });
  }
}

function closed(): BusError {
  return new BusError("closed", "the bus was closed");
}

function down(): BusError {
  return new BusError("unavailable", "NATS cannot be reached now");
}
