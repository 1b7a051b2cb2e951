import { BusError } from "@exws/channels";
import type { NatsMessage } from "./connection.ts";
import { type Deferred, deferred } from "./deferred.ts";
import { failureOf } from "./failure.ts";
import type { Session } from "./session.ts";

/** Subscriptions that are restored in one turn of the event loop. */
const chunk = 1_000;

/** A topic that should be subscribed. */
type Topic = {
  readonly name: string;
  subscription: { unsubscribe(): void } | undefined;
  /** Whether this session's server has confirmed it. */
  isConfirmed: boolean;
  /** Whether a server ever has: then losing it may not go unnoticed. */
  wasConfirmed: boolean;
  refusal: BusError | undefined;
};

/** What should be subscribed, whatever becomes of connections, and what is. */
export class Subscriptions {
  readonly #prefix: string;
  readonly #message: (topic: string, message: NatsMessage) => void;
  readonly #topics = new Map<string, Topic>();
  #session: Session | undefined;
  #closed: BusError | undefined;
  #isAttached = false;
  #attached: Deferred<void> = deferred();

  constructor(prefix: string, message: (topic: string, message: NatsMessage) => void) {
    this.#prefix = prefix;
    this.#message = message;
  }

  /** Resolves when the server has confirmed all, if need be another server later; rejects with `refused` or `closed`. */
  async subscribe(names: readonly string[]): Promise<void> {
    const topics = [...new Set(names)].map((name) => this.#want(name));
    const isDone = (): boolean => topics.every((topic) => topic.isConfirmed || !this.#isWanted(topic));
    while (!isDone()) {
      await this.#attached.promise;
      const session = this.#session;
      if (session !== undefined) await this.#confirm(session, topics).catch(() => {});
    }
    if (this.#closed !== undefined) throw this.#closed;
    for (const { refusal } of topics) if (refusal !== undefined) throw refusal;
  }

  unsubscribe(names: readonly string[]): void {
    for (const name of names) {
      const topic = this.#topics.get(name);
      if (topic !== undefined) this.#forget(topic);
    }
  }

  /** Subscribes all on a new session; resolves when they are confirmed, rejects when that ends or one is refused that was not before. */
  async attach(session: Session): Promise<void> {
    this.#session = session;
    let inTurn = 0;
    for (const topic of [...this.#topics.values()]) {
      if (!this.#isWanted(topic)) continue;
      if (inTurn++ === chunk) {
        inTurn = 1;
        await session.confirm();
      }
      this.#ask(topic, session);
    }
    await this.#confirm(session, [...this.#topics.values()]);
    this.#isAttached = true;
    this.#attached.resolve();
  }

  /** The session has ended. */
  detach(): void {
    this.#session = undefined;
    for (const topic of this.#topics.values()) {
      topic.subscription = undefined;
      topic.isConfirmed = false;
    }
    if (this.#isAttached) this.#attached = deferred();
    this.#isAttached = false;
  }

  /** The server has refused a subscription without telling which: what is not confirmed is taken for it. */
  refuse(error: BusError): void {
    for (const topic of [...this.#topics.values()]) {
      if (topic.subscription !== undefined && !topic.isConfirmed) this.#refused(topic, error);
    }
  }

  close(error: BusError): void {
    this.#closed = error;
    if (this.#isAttached) this.#attached = deferred();
    this.#attached.reject(error);
    this.#topics.clear();
  }

  #want(name: string): Topic {
    const known = this.#topics.get(name);
    const topic = known ?? {
      name,
      subscription: undefined,
      isConfirmed: false,
      wasConfirmed: false,
      refusal: undefined,
    };
    this.#topics.set(name, topic);
    if (this.#session !== undefined) this.#ask(topic, this.#session);
    return topic;
  }

  #isWanted(topic: Topic): boolean {
    return this.#topics.get(topic.name) === topic;
  }

  #ask(topic: Topic, session: Session): void {
    if (topic.subscription !== undefined || session.ended !== undefined) return;
    const callback = (error: Error | null, message: NatsMessage): void => {
      if (session.ended !== undefined || !this.#isWanted(topic)) return;
      if (error === null) this.#message(topic.name, message);
      else this.#refused(topic, failureOf(error));
    };
    try {
      topic.subscription = session.connection.subscribe(`${this.#prefix}.${topic.name}`, { callback });
    } catch (error) {
      void session.end(failureOf(error));
    }
  }

  async #confirm(session: Session, topics: readonly Topic[]): Promise<void> {
    const asked = topics.map((topic) => topic.subscription);
    await session.confirm();
    for (const [index, topic] of topics.entries()) {
      if (topic.subscription === undefined || topic.subscription !== asked[index]) continue;
      topic.isConfirmed = true;
      topic.wasConfirmed = true;
    }
  }

  #refused(topic: Topic, error: BusError): void {
    const refusal = new BusError(
      "refused",
      `NATS does not let us subscribe to ${this.#prefix}.${topic.name}`,
      {
        cause: error,
      },
    );
    // Nobody waits for this one any more: without it nothing may seem well.
    if (topic.wasConfirmed) {
      void this.#session?.end(refusal);
      return;
    }
    topic.refusal = refusal;
    this.#forget(topic);
  }

  #forget(topic: Topic): void {
    this.#topics.delete(topic.name);
    topic.subscription?.unsubscribe();
    topic.subscription = undefined;
  }
}
