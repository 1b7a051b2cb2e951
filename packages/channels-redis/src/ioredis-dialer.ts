import type { Address, Dialer, Transport, TransportEvents, Word } from "./transport.ts";
import { wordOf } from "./transport.ts";
import { withDeadline } from "./with-deadline.ts";

/** What the bus asks of an `ioredis` client: a `Redis` or a `Cluster`. */
export interface IoredisClient {
  readonly isCluster: boolean;
  duplicate(...args: never[]): unknown;
  disconnect(...args: never[]): void;
}

type Redis = {
  connect(): Promise<void>;
  disconnect(): void;
  duplicate(options: object): Redis;
  on(event: string, listener: (...args: never[]) => void): void;
  callBuffer(name: string, ...words: (string | Buffer)[]): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  ssubscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  sunsubscribe(...channels: string[]): Promise<unknown>;
  readonly options: { readonly host?: string; readonly port?: number; readonly sentinels?: unknown };
  /** Its socket: declared, but not documented. */
  readonly stream?: { cork?(): void; uncork?(): void; destroy?(): void };
};

type Cluster = {
  connect(): Promise<void>;
  disconnect(): void;
  duplicate(nodes: readonly unknown[], options: object): Cluster;
  on(event: string, listener: (...args: never[]) => void): void;
  nodes(): Redis[];
};

/** Laid over the user's options: all that would act by itself, change names or hold what was to be sent. */
const safe = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: false,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  socketTimeout: undefined,
  blockingTimeout: undefined,
  keyPrefix: "",
  stringNumbers: false,
  replyMapping: "legacy",
  monitor: false,
  readOnly: false,
  scripts: undefined,
  himportFieldsets: undefined,
  // It says goodbye politely, which a frozen server never answers.
  disconnectTimeout: 1,
};

/** Makes transports of an `ioredis` client. */
export class IoredisDialer implements Dialer {
  readonly cluster: boolean;
  readonly #client: IoredisClient;
  /** Of a cluster: a connection to one of its servers, never connected, whose options serve for all. */
  #pattern: Redis | undefined;

  constructor(client: IoredisClient) {
    this.#client = client;
    this.cluster = client.isCluster;
    if (!this.cluster) this.#pattern = client as unknown as Redis;
  }

  dial(address: Address | undefined, timeout: number, events: TransportEvents): Transport {
    const pattern = this.#pattern!;
    // With sentinels it asks the server whether it is the master still.
    const enableReadyCheck = pattern.options.sentinels != null;
    const options = { ...safe, enableReadyCheck, maxLoadingRetryTime: 0, connectTimeout: timeout };
    return new IoredisTransport(pattern.duplicate({ ...options, ...address }), events);
  }

  async seeds(timeout: number): Promise<readonly Address[]> {
    const cluster = (this.#client as unknown as Cluster).duplicate([], {
      lazyConnect: true,
      clusterRetryStrategy: null,
      enableOfflineQueue: false,
      // In a cluster that is starting it ends with a connection that is closed, and a promise that never settles.
      enableReadyCheck: false,
      slotsRefreshTimeout: timeout,
      scripts: undefined,
    });
    let cause: unknown;
    cluster.on("error", (error: unknown) => {
      cause = lastErrorOf(error) ?? cause;
    });
    try {
      // It may settle never, and late where a server accepts and does not answer.
      await withDeadline(cluster.connect(), timeout);
      const nodes = cluster.nodes();
      this.#pattern = nodes[0]?.duplicate(safe);
      return nodes.map(({ options: { host = "127.0.0.1", port = 6379 } }) => ({ host, port }));
    } catch (error) {
      throw cause ?? error;
    } finally {
      cluster.disconnect();
    }
  }
}

/** A cluster wraps the error that tells something. */
function lastErrorOf(error: unknown): unknown {
  const last = (error as { lastNodeError?: unknown }).lastNodeError;
  return last ?? error;
}

class IoredisTransport implements Transport {
  readonly #redis: Redis;
  readonly #events: TransportEvents;
  #cause: unknown;
  #ended = false;
  #isCorked = false;

  constructor(redis: Redis, events: TransportEvents) {
    this.#redis = redis;
    this.#events = events;
    redis.on("error", (error: Error) => {
      this.#cause = error;
    });
    redis.on("end", () => this.#lose(this.#cause ?? new Error("the connection was closed")));
    redis.on("moved", () => this.#events.moved());
    const hear = (channel: Buffer, payload: Buffer): void => {
      // A Buffer of the library is a piece of what was read: kept, it would keep all of that.
      if (!this.#ended) this.#events.message(channel.toString("latin1"), new Uint8Array(payload));
    };
    redis.on("messageBuffer", hear);
    redis.on("smessageBuffer", hear);
  }

  async connect(): Promise<void> {
    try {
      await this.#redis.connect();
    } catch (error) {
      // It says only that the connection is closed; why came as an event.
      throw this.#cause ?? error;
    }
  }

  command([name = "", ...words]: readonly Word[]): Promise<unknown> {
    this.#cork();
    return this.#redis.callBuffer(name as string, ...words.map(wordOf));
  }

  async subscribe(channels: readonly string[], sharded: boolean): Promise<void> {
    await (sharded ? this.#redis.ssubscribe(...channels) : this.#redis.subscribe(...channels));
  }

  async unsubscribe(channels: readonly string[], sharded: boolean): Promise<void> {
    await (sharded ? this.#redis.sunsubscribe(...channels) : this.#redis.unsubscribe(...channels));
  }

  destroy(): void {
    this.#ended = true;
    this.#redis.disconnect();
    this.#redis.stream?.destroy?.();
  }

  /** It writes each command by itself, and a system call costs more than the rest: what one turn sends leaves together. */
  #cork(): void {
    const { stream } = this.#redis;
    if (this.#isCorked || stream === undefined) return;
    this.#isCorked = true;
    stream.cork?.();
    setImmediate(() => {
      this.#isCorked = false;
      stream.uncork?.();
    });
  }

  #lose(cause: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.lost(cause);
  }
}
