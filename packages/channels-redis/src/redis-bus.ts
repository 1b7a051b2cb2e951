import { type Bus, BusError, type BusLog, type BusReceiver } from "@exws/channels";
import { isMoved } from "./bus-error-of.ts";
import { Fleet } from "./fleet.ts";
import { InFlight } from "./in-flight.ts";
import { checkTopic, Names } from "./names.ts";
import { type RedisBusOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { dialerOf, type RedisClient } from "./redis-client.ts";
import { RedisLog } from "./redis-log.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Dialer } from "./transport.ts";

/**
 * A bus over Redis (5 and newer), with a log on Redis Streams, for `new Channels({ bus })`. It makes its own connections like those of
 * `client`, an `ioredis` or `redis` client or cluster, which stays yours: it is neither used nor closed. Throws a TypeError
 * or RangeError for options that are none.
 */
export function redisBus(client: RedisClient, options?: RedisBusOptions): Bus {
  return new RedisBus(dialerOf(client), resolveOptions(options));
}

class RedisBus implements Bus {
  readonly maxPayload: number;
  readonly #names: Names;
  readonly #inFlight: InFlight;
  readonly #fleet: Fleet;
  readonly #subscriptions: Subscriptions;
  readonly #log: RedisLog;
  #receiver: BusReceiver | undefined;
  #isOpened = false;
  #isClosed = false;

  constructor(dialer: Dialer, { prefix, maxPayload, pending, heartbeat, sharded }: ResolvedOptions) {
    this.maxPayload = maxPayload;
    this.#names = new Names(prefix);
    this.#inFlight = new InFlight(pending);
    this.#fleet = new Fleet(
      dialer,
      { heartbeat, sharded },
      {
        message: (channel, payload) => this.#hear(channel, payload),
        prepare: (connection) => this.#log.prepare(connection),
        restore: (key, connection) => this.#subscriptions.restore(key, connection),
        settle: () => this.#subscriptions.settle(),
        up: () => this.#up(),
        down: (error) => this.#receiver?.down(error),
      },
    );
    this.#subscriptions = new Subscriptions(this.#fleet, this.#names);
    this.#log = new RedisLog(this.#fleet, this.#names, this.#inFlight, (topic, entry) =>
      this.#check(topic, entry),
    );
  }

  get log(): BusLog {
    return this.#log;
  }

  async open(receiver: BusReceiver): Promise<void> {
    if (this.#isClosed) throw closed();
    if (this.#receiver !== undefined) throw new TypeError("a bus is opened once");
    this.#receiver = receiver;
    try {
      await this.#fleet.start();
    } catch (error) {
      // From now on `up` tells when it has worked.
      this.#isOpened = true;
      throw this.#isClosed ? closed() : error;
    }
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    for (const topic of topics) checkTopic(topic);
    if (this.#isClosed) throw closed();
    await this.#subscriptions.subscribe(topics);
  }

  unsubscribe(topics: readonly string[]): void {
    if (!this.#isClosed) this.#subscriptions.unsubscribe(topics);
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    this.#check(topic, payload);
    const channel = this.#names.channel(topic);
    const connection = this.#fleet.commands(channel, true);
    const size = payload.length;
    this.#inFlight.enter(size);
    try {
      await connection.command([this.#fleet.sharded ? "SPUBLISH" : "PUBLISH", channel, payload]);
    } catch (error) {
      if (error instanceof BusError && isMoved(error)) this.#fleet.moved();
      throw error;
    } finally {
      this.#inFlight.leave(size);
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#receiver = undefined;
    this.#subscriptions.close(closed());
    this.#fleet.close();
  }

  #hear(channel: string, payload: Uint8Array): void {
    const topic = this.#names.topic(channel);
    if (this.#subscriptions.has(topic)) this.#receiver?.message(topic, payload);
  }

  #up(): void {
    // Before anybody else hears of it: whoever waits for a subscription finds it there.
    this.#subscriptions.up();
    if (this.#isOpened) this.#receiver?.up();
    this.#isOpened = true;
  }

  #check(topic: string, payload: Uint8Array): void {
    checkTopic(topic);
    if (this.#isClosed) throw closed();
    if (payload.length > this.maxPayload) {
      throw new BusError(
        "too-large",
        `${payload.length} bytes are more than the ${this.maxPayload} of maxPayload`,
      );
    }
  }
}

function closed(): BusError {
  return new BusError("closed", "the bus was closed");
}
