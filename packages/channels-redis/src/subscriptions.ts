import { BusError } from "@exws/channels";
import type { Connection } from "./connection.ts";
import type { Fleet } from "./fleet.ts";
import type { Names } from "./names.ts";

/** A call of `subscribe` that has not been answered. */
type Call = {
  /** What of it is not confirmed, and still wanted. */
  readonly topics: Set<string>;
  isSent: boolean;
  resolve(): void;
  reject(error: BusError): void;
};

/** What a bus subscribes to: what should be, what the engine has confirmed, and who waits for that. */
export class Subscriptions {
  readonly #fleet: Fleet;
  readonly #names: Names;
  /** All that should be subscribed but what only calls that wait ask for. */
  readonly #topics = new Map<string, Connection | undefined>();
  readonly #calls = new Set<Call>();
  /** The calls that wait for a topic. */
  readonly #waiting = new Map<string, Set<Call>>();

  constructor(fleet: Fleet, names: Names) {
    this.#fleet = fleet;
    this.#names = names;
  }

  /** Whether messages of a topic are for anybody. */
  has(topic: string): boolean {
    return this.#topics.has(topic) || this.#waiting.has(topic);
  }

  subscribe(topics: readonly string[]): Promise<void> {
    const missing = new Set(topics.filter((topic) => !this.#topics.get(topic)?.isOpen));
    if (missing.size === 0 && this.#fleet.isUp) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const call: Call = { topics: missing, isSent: false, resolve, reject };
      this.#calls.add(call);
      for (const topic of missing)
        this.#waiting.set(topic, (this.#waiting.get(topic) ?? new Set()).add(call));
      if (this.#fleet.isUp) this.#send(call).catch(() => {});
    });
  }

  unsubscribe(topics: readonly string[]): void {
    const known = [...new Set(topics)].filter((topic) => this.has(topic));
    for (const topic of known) {
      this.#topics.delete(topic);
      for (const call of this.#waiting.get(topic) ?? []) call.topics.delete(topic);
      this.#waiting.delete(topic);
    }
    this.#end(known);
  }

  /** Subscribes on a new connection all that was subscribed on the one before. */
  async restore(key: string, connection: Connection): Promise<void> {
    const topics = [...this.#topics.keys()].filter(
      (topic) => this.#fleet.subscriberKey(this.#names.channel(topic)) === key,
    );
    if (topics.length > 0) await this.#confirm(connection, topics);
  }

  /** Sends what calls wait for, those that come meanwhile, too; rejects when a connection is lost. */
  async settle(): Promise<void> {
    for (const call of this.#calls) call.isSent = false;
    for (;;) {
      const calls = [...this.#calls].filter((call) => !call.isSent);
      if (calls.length === 0) return;
      await Promise.all(calls.map((call) => this.#send(call)));
    }
  }

  /** The bus is up: who waited only for that is answered. */
  up(): void {
    for (const call of [...this.#calls]) {
      if (call.isSent) this.#finish(call);
      else this.#send(call).catch(() => {});
    }
  }

  close(error: BusError): void {
    this.#topics.clear();
    this.#waiting.clear();
    for (const call of this.#calls) call.reject(error);
    this.#calls.clear();
  }

  /** Rejects when the connection is lost; a refusal is the call's alone. */
  async #send(call: Call): Promise<void> {
    call.isSent = true;
    const all = [...this.#byServer(call.topics)].map(async ([key, topics]) => {
      const connection = this.#fleet.subscriber(key);
      if (connection === undefined) throw new BusError("unavailable", "there is no connection to Redis");
      await this.#confirm(connection, topics, call);
    });
    const results = await Promise.allSettled(all);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const error = result.reason as BusError;
      if (error.code !== "refused") throw error;
      this.#refuse(call, error);
      return;
    }
    this.#finish(call);
  }

  async #confirm(connection: Connection, topics: readonly string[], call?: Call): Promise<void> {
    const channels = topics.map((topic) => this.#names.channel(topic));
    await connection.subscribe(channels, this.#fleet.sharded, this.#fleet.each);
    for (const topic of topics) {
      // What was unsubscribed meanwhile stays so.
      if (call === undefined ? this.#topics.has(topic) : call.topics.has(topic)) {
        this.#topics.set(topic, connection);
      }
    }
  }

  #finish(call: Call): void {
    if (!this.#fleet.isUp) return;
    for (const topic of call.topics) if (!this.#topics.get(topic)?.isOpen) return;
    if (this.#forget(call)) call.resolve();
  }

  /** Part of it may have been subscribed; nothing of it stays, but what others want. */
  #refuse(call: Call, error: BusError): void {
    if (!this.#forget(call)) return;
    call.reject(error);
    this.#end([...call.topics].filter((topic) => !this.has(topic)));
  }

  #forget(call: Call): boolean {
    for (const topic of call.topics) {
      const calls = this.#waiting.get(topic);
      calls?.delete(call);
      if (calls?.size === 0) this.#waiting.delete(topic);
    }
    return this.#calls.delete(call);
  }

  #end(topics: readonly string[]): void {
    for (const [key, some] of this.#byServer(topics)) {
      const channels = some.map((topic) => this.#names.channel(topic));
      this.#fleet.subscriber(key)?.unsubscribe(channels, this.#fleet.sharded, this.#fleet.each);
    }
  }

  /** Nobody, as long as no server is known. */
  #byServer(topics: Iterable<string>): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const topic of topics) {
      const key = this.#fleet.subscriberKey(this.#names.channel(topic));
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [topic]);
      else group.push(topic);
    }
    return groups;
  }
}
