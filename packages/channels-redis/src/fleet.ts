import { BusError } from "@exws/channels";
import { busErrorOf } from "./bus-error-of.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { LastConnection } from "./last-connection.ts";
import { pauseAfter } from "./pause.ts";
import { knowsSharding } from "./sharding.ts";
import type { Topology } from "./topology.ts";
import { TopologyFinder } from "./topology-finder.ts";
import type { Address, Dialer } from "./transport.ts";
import type { Heartbeat } from "./watchdog.ts";

/** What a fleet asks of the bus and tells it. */
export type FleetEvents = {
  message(channel: string, payload: Uint8Array): void;
  /** A new connection that commands go over; it must be made ready for them. */
  prepare(commands: Connection): Promise<void>;
  /** A new connection that subscribes: what it should subscribe must be. */
  restore(key: string, subscriber: Connection): Promise<void>;
  /** All connections are there; what is left to subscribe must be. */
  settle(): Promise<void>;
  up(): void;
  down(error: BusError): void;
};

export type FleetOptions = { readonly heartbeat: Heartbeat; readonly sharded: boolean | undefined };

/**
 * All connections of a bus: of each server one for commands and one that subscribes, the latter only of the first where pub/sub is not
 * sharded. It is up when all of them are; when one is lost it is down, and goes on trying until it is closed. Those that are
 * not lost stay.
 */
export class Fleet {
  readonly #dialer: Dialer;
  readonly #options: FleetOptions;
  readonly #events: FleetEvents;
  readonly #commands = new Map<string, Connection>();
  readonly #subscribers = new Map<string, Connection>();
  readonly #finder: TopologyFinder;
  readonly #last = new Map<string, LastConnection>();
  readonly #closing = new AbortController();
  #topology: Topology | undefined;
  #sharded = false;
  #isUp = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(dialer: Dialer, options: FleetOptions, events: FleetEvents) {
    this.#dialer = dialer;
    this.#options = options;
    this.#events = events;
    this.#finder = new TopologyFinder(dialer, options.heartbeat.timeout, (address) => this.#open(address));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get sharded(): boolean {
    return this.#sharded;
  }

  /** Whether a name has to be subscribed by a command of its own: of a cluster, two names are mostly in two slots. */
  get each(): boolean {
    return this.#sharded && this.#dialer.cluster;
  }

  /** The server whose connection subscribes to a channel; undefined as long as it is not known. */
  subscriberKey(channel: string): string | undefined {
    if (this.#topology === undefined) return undefined;
    return this.#sharded ? this.#topology.ownerOf(channel) : firstOf(this.#topology);
  }

  subscriber(key: string | undefined): Connection | undefined {
    return key === undefined ? undefined : this.#subscribers.get(key);
  }

  /** The connection for commands on a key of Redis, or to publish on a channel. Throws a {@link BusError} while it is down. */
  commands(name: string, isChannel: boolean): Connection {
    const topology = this.#topology;
    if (this.#isUp && topology !== undefined) {
      const key = isChannel && !this.#sharded ? firstOf(topology) : topology.ownerOf(name);
      const connection = this.#commands.get(key);
      if (connection !== undefined) return connection;
    }
    throw new BusError("unavailable", "there is no connection to Redis");
  }

  /** The first attempt; whatever comes of it, others follow where one is needed. */
  async start(): Promise<void> {
    await this.#attempt();
  }

  /** What is known of the cluster has turned out to be old. */
  moved(): void {
    if (!this.#isUp) return;
    closeAll(this.#subscribers, gone);
    this.#fall(gone);
  }

  close(): void {
    this.#isUp = false;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#closing.abort();
    const closed = new BusError("closed", "the bus was closed");
    closeAll(this.#commands, closed);
    closeAll(this.#subscribers, closed);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #attempt(): Promise<void> {
    try {
      await this.#connect();
      await this.#events.settle();
      this.#checkComplete();
    } catch (cause) {
      const error = busErrorOf(cause, "cannot connect to Redis");
      this.#schedule();
      throw error;
    }
    this.#failures = 0;
    this.#isUp = true;
    if (this.#dialer.cluster) this.#watchTopology();
    this.#events.up();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    const pause = pauseAfter(this.#failures++, Math.random());
    this.#timer = setTimeout(() => this.#attempt().catch(() => {}), pause);
  }

  async #connect(): Promise<void> {
    const topology = await this.#finder.find(this.#commands);
    // Topics may be with other servers now, which keep their connections.
    if (topology.print !== this.#topology?.print) closeAll(this.#subscribers, gone);
    this.#topology = topology;
    for (const [key, connection] of this.#commands) {
      if (topology.servers.has(key)) continue;
      connection.close(gone);
      this.#commands.delete(key);
    }
    const servers = [...topology.servers];
    await all(servers.map(([key, address]) => this.#openCommands(key, address)));
    const sharded = this.#options.sharded ?? (await knowsSharding(this.#commands.get(firstOf(topology))!));
    if (sharded !== this.#sharded) closeAll(this.#subscribers, gone);
    this.#sharded = sharded;
    const subscribing = sharded ? servers : servers.slice(0, 1);
    await all(subscribing.map(([key, address]) => this.#openSubscriber(key, address)));
  }

  async #openCommands(key: string, address: Address | undefined): Promise<void> {
    if (this.#commands.get(key)?.isOpen) return;
    const connection = await this.#open(address);
    try {
      await this.#last.get(key)?.end(connection);
      this.#last.set(key, await LastConnection.of(connection));
      await this.#events.prepare(connection);
      this.#keep(this.#commands, key, connection);
    } catch (error) {
      connection.close(gone);
      throw error;
    }
  }

  async #openSubscriber(key: string, address: Address | undefined): Promise<void> {
    if (this.#subscribers.get(key)?.isOpen) return;
    const connection = await this.#open(address);
    try {
      // Known before it has restored anything: what is unsubscribed meanwhile must be unsubscribed here.
      this.#keep(this.#subscribers, key, connection);
      await this.#events.restore(key, connection);
    } catch (error) {
      if (this.#subscribers.get(key) === connection) this.#subscribers.delete(key);
      connection.close(gone);
      throw error;
    }
  }

  #keep(connections: Map<string, Connection>, key: string, connection: Connection): void {
    if (this.#isClosed) throw new BusError("closed", "the bus was closed");
    connections.set(key, connection);
  }

  #open(address: Address | undefined): Promise<Connection> {
    const events: ConnectionEvents = {
      message: (channel, payload) => this.#events.message(channel, payload),
      lost: (connection, error) => this.#lose(connection, error),
      moved: () => this.moved(),
    };
    return Connection.open(this.#dialer, address, this.#options.heartbeat, events, this.#closing.signal);
  }

  #lose(connection: Connection, error: BusError): void {
    for (const connections of [this.#commands, this.#subscribers]) {
      for (const [key, each] of connections) if (each === connection) connections.delete(key);
    }
    if (this.#isUp) this.#fall(error);
  }

  #fall(error: BusError): void {
    this.#isUp = false;
    clearInterval(this.#watch);
    this.#events.down(error);
    this.#schedule();
  }

  /** A connection may have been lost while others were opened. */
  #checkComplete(): void {
    const topology = this.#topology!;
    const keys = [...topology.servers.keys()];
    const subscribing = this.#sharded ? keys : keys.slice(0, 1);
    const isComplete =
      keys.every((key) => this.#commands.get(key)?.isOpen) &&
      subscribing.every((key) => this.#subscribers.get(key)?.isOpen);
    if (this.#isClosed) throw new BusError("closed", "the bus was closed");
    if (!isComplete) throw new BusError("unavailable", "a connection to Redis was lost again");
  }

  /** Libraries overlook it when subscriptions end because their slot has moved: the map is compared from time to time, too. */
  #watchTopology(): void {
    clearInterval(this.#watch);
    const before = this.#topology;
    this.#watch = setInterval(async () => {
      const topology = await this.#finder.ask(this.#commands);
      if (topology !== undefined && this.#topology === before && topology.print !== before?.print) {
        this.moved();
      }
    }, this.#options.heartbeat.interval);
  }
}

/** Why a connection is given up that was not lost. */
const gone = new BusError("unavailable", "the cluster has changed");

function firstOf({ servers }: Topology): string {
  for (const key of servers.keys()) return key;
  throw new RangeError("a topology has a server");
}

function closeAll(connections: Map<string, Connection>, error: BusError): void {
  for (const connection of connections.values()) connection.close(error);
  connections.clear();
}

/** Waits for all, so that nothing goes on behind an attempt that has failed; then rejects as the first that did. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
