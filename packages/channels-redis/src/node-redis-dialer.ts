import type { Address, Dialer, Transport, TransportEvents, Word } from "./transport.ts";
import { wordOf } from "./transport.ts";
import { withDeadline } from "./with-deadline.ts";

/** What the bus asks of a `redis` (node-redis) client: one of `createClient()` or `createCluster()`. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  duplicate(...args: never[]): unknown;
  destroy(...args: never[]): unknown;
}

type Listener = (payload: Buffer, channel: Buffer) => void;

type Client = {
  connect(): Promise<unknown>;
  destroy(): void;
  duplicate(options: object): Client;
  on(event: string, listener: (...args: never[]) => void): void;
  sendCommand(words: (string | Buffer)[], options: object): Promise<unknown>;
  subscribe(channels: string[], listener: Listener, buffers: true): Promise<void>;
  sSubscribe(channels: string[], listener: Listener, buffers: true): Promise<void>;
  unsubscribe(channels: string[], listener: Listener, buffers: true): Promise<void>;
  sUnsubscribe(channels: string[], listener: Listener, buffers: true): Promise<void>;
  readonly options: { readonly socket?: object } | undefined;
};

type Cluster = {
  connect(): Promise<unknown>;
  destroy(): void;
  duplicate(): Cluster;
  on(event: string, listener: (...args: never[]) => void): void;
  nodeClient(node: unknown): Client | Promise<Client>;
  readonly masters: readonly { readonly host: string; readonly port: number }[];
};

/**
 * How replies are typed, by the first octet of their RESP form: bulk strings as Buffers, maps as arrays of keys and values. Given with each
 * command, too: 5.0 does not look at those of the client. Timeouts are for what waits to be written, and costly.
 */
const commandOptions = { typeMapping: { 36: Buffer, 37: Array }, timeout: undefined };

/** Laid over the user's options: all that would act by itself, change names or hold what was to be sent. */
const safe = {
  // Read already: what it says is in `socket`, and it would undo our changes there.
  url: undefined,
  disableOfflineQueue: true,
  commandsQueueMaxLength: undefined,
  pingInterval: undefined,
  keyPrefix: undefined,
  readonly: false,
  clientSideCache: undefined,
  emitInvalidate: false,
  maintNotifications: "disabled",
  commandOptions,
};

/** Makes transports of a `redis` client. */
export class NodeRedisDialer implements Dialer {
  readonly cluster: boolean;
  readonly #client: NodeRedisClient;
  /** Of a cluster: a connection to one of its servers whose options serve for all. */
  #pattern: Client | undefined;

  constructor(client: NodeRedisClient) {
    this.#client = client;
    this.cluster = "masters" in client;
    if (!this.cluster) this.#pattern = client as unknown as Client;
  }

  dial(address: Address | undefined, timeout: number, events: TransportEvents): Transport {
    const pattern = this.#pattern!;
    const socket = {
      ...pattern.options?.socket,
      ...address,
      reconnectStrategy: false,
      connectTimeout: timeout,
      socketTimeout: undefined,
    };
    return new NodeRedisTransport(pattern.duplicate({ ...safe, socket }), events);
  }

  async seeds(timeout: number): Promise<readonly Address[]> {
    const cluster = (this.#client as unknown as Cluster).duplicate();
    cluster.on("error", () => {});
    try {
      // It has no deadline for servers that accept and do not answer.
      await withDeadline(cluster.connect(), timeout);
      const masters = cluster.masters;
      this.#pattern = await withDeadline(cluster.nodeClient(masters[0]), timeout);
      return masters.map(({ host, port }) => ({ host, port }));
    } finally {
      try {
        cluster.destroy();
      } catch {
        // It was never open.
      }
    }
  }
}

class NodeRedisTransport implements Transport {
  readonly #client: Client;
  readonly #events: TransportEvents;
  #ended = false;

  readonly #hear: Listener = (payload, channel) => {
    // A Buffer of the library is a piece of what was read: kept, it would keep all of that.
    if (!this.#ended) this.#events.message(channel.toString("latin1"), new Uint8Array(payload));
  };

  constructor(client: Client, events: TransportEvents) {
    this.#client = client;
    this.#events = events;
    const lose = (cause: unknown): void => {
      if (this.#ended) return;
      this.#ended = true;
      this.#events.lost(cause ?? new Error("the connection was closed"));
    };
    client.on("error", lose);
    client.on("end", lose);
    client.on("sharded-channel-moved", () => this.#events.moved());
  }

  async connect(): Promise<void> {
    await this.#client.connect();
  }

  command(words: readonly Word[]): Promise<unknown> {
    return this.#client.sendCommand(words.map(wordOf), commandOptions);
  }

  async subscribe(channels: readonly string[], sharded: boolean): Promise<void> {
    const all = [...channels];
    await (sharded
      ? this.#client.sSubscribe(all, this.#hear, true)
      : this.#client.subscribe(all, this.#hear, true));
  }

  async unsubscribe(channels: readonly string[], sharded: boolean): Promise<void> {
    // With the listener: without it, a subscription that follows before the answer would be taken for granted, and end with it.
    const all = [...channels];
    await (sharded
      ? this.#client.sUnsubscribe(all, this.#hear, true)
      : this.#client.unsubscribe(all, this.#hear, true));
  }

  destroy(): void {
    this.#ended = true;
    try {
      this.#client.destroy();
    } catch {
      // Older versions throw when there is nothing to close.
    }
  }
}
