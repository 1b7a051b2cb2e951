import {
  type Bus,
  BusError,
  type BusLog,
  type BusReceiver,
  type LogBounds,
  type LogReading,
  type Position,
  type Since,
} from "@exws/channels";
import {
  Answer,
  encodeAppend,
  encodeHello,
  encodePing,
  encodePublish,
  encodeRead,
  encodeTopics,
  type FrameFields,
  Request,
} from "./frames.ts";
import { Link } from "./link.ts";
import { type ClusterBusOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { pauseAfter } from "./pause.ts";
import { Relay } from "./relay.ts";
import { maxPayload } from "./relay-connection.ts";
import { Requests } from "./requests.ts";

/**
 * A bus between the processes of one machine, with a log in the memory of the relay, for `new Channels({ bus })`. In a process that
 * `relay()` was not called for it is alone, and works all the same. Throws a TypeError or RangeError that names a wrong option, and a
 * TypeError in a worker of `node:cluster` whose primary has no relay.
 */
export function clusterBus(options: ClusterBusOptions = {}): Bus {
  return new ClusterBus(resolveOptions(options));
}

type Subscriber = { readonly resolve: () => void; readonly reject: (error: BusError) => void };

/** Topics in one frame, which has a bound. */
const topicsPerFrame = 1_000;

class ClusterBus implements Bus {
  readonly maxPayload: number = maxPayload;
  readonly log: BusLog = {
    append: (topic, entry, bounds) => this.#append(topic, entry, bounds),
    read: (topic, after, bounds) => this.#read(topic, after, bounds),
  };
  readonly #options: ResolvedOptions;
  readonly #topics = new Set<string>();
  /** Subscriptions that are not confirmed: a lost connection does not end them. */
  readonly #subscribing = new Set<Subscriber>();
  #requests = new Requests();
  #receiver: BusReceiver | undefined;
  #state: "new" | "connecting" | "up" | "down" | "closed" = "new";
  #link: Link | undefined;
  /** The relay of a bus that is alone. */
  #own: Relay | undefined;
  #path = "";
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #opening: Subscriber | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  async open(receiver: BusReceiver): Promise<void> {
    if (this.#state === "closed") throw closed();
    if (this.#receiver !== undefined) throw new TypeError("a bus is opened once");
    this.#receiver = receiver;
    this.#state = "connecting";
    await this.#findRelay();
    if ((this.#state as string) === "closed") throw closed();
    await new Promise<void>((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#connect();
    });
  }

  subscribe(topics: readonly string[]): Promise<void> {
    if (this.#state === "closed") return Promise.reject(closed());
    const wrong = topics.find((topic) => !isTopic(topic));
    if (wrong !== undefined) return Promise.reject(noTopic(wrong));
    for (const topic of topics) this.#topics.add(topic);
    return new Promise((resolve, reject) => {
      const subscriber: Subscriber = { resolve, reject };
      this.#subscribing.add(subscriber);
      if (this.#state === "up") this.#sendTopics(topics, [subscriber]);
    });
  }

  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) this.#topics.delete(topic);
    if (this.#state !== "up") return;
    for (const part of parts(topics)) {
      this.#link!.send(encodeTopics(Request.Unsubscribe, this.#requests.next(), part));
    }
  }

  publish(topic: string, payload: Uint8Array): Promise<void> {
    return this.#ask(topic, payload.length, (waiting) => {
      const id = this.#requests.next();
      this.#requests.confirm(id, waiting);
      this.#link!.send(encodePublish(id, topic, payload));
    });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#timer);
    this.#receiver = undefined;
    this.#link?.destroy();
    this.#requests.rejectAll(closed());
    for (const { reject } of [...this.#subscribing]) reject(closed());
    this.#subscribing.clear();
    this.#opening?.reject(closed());
    this.#opening = undefined;
    await this.#own?.close();
  }

  #append(topic: string, entry: Uint8Array, bounds: LogBounds): Promise<Position> {
    return this.#ask(topic, entry.length, (waiting) => {
      const id = this.#requests.next();
      this.#requests.answer(id, waiting);
      this.#link!.send(encodeAppend(id, topic, entry, bounds));
    });
  }

  #read(topic: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading> {
    return this.#ask(topic, 0, (waiting) => {
      const id = this.#requests.next();
      this.#requests.answer(id, waiting);
      this.#link!.send(encodeRead(id, topic, after, bounds));
    });
  }

  #ask<Result>(
    topic: string,
    size: number,
    send: (waiting: {
      size: number;
      resolve: (value: Result) => void;
      reject: (error: BusError) => void;
    }) => void,
  ): Promise<Result> {
    if (this.#state === "closed") return Promise.reject(closed());
    if (!isTopic(topic)) return Promise.reject(noTopic(topic));
    if (size > this.maxPayload) {
      return Promise.reject(
        new BusError("too-large", `${size} bytes are more than the ${this.maxPayload} of maxPayload`),
      );
    }
    if (this.#state !== "up") {
      return Promise.reject(new BusError("unavailable", "the relay cannot be reached"));
    }
    if (this.#requests.size + size > this.#options.pending) {
      const { pending } = this.#options;
      return Promise.reject(new BusError("overloaded", `${pending} bytes wait for the relay`));
    }
    return new Promise((resolve, reject) => send({ size, resolve, reject }));
  }

  async #findRelay(): Promise<void> {
    if (this.#options.path !== undefined) {
      this.#path = this.#options.path;
      return;
    }
    this.#own = new Relay({});
    await this.#own.listen();
    this.#path = this.#own.path;
  }

  #connect(): void {
    this.#requests = new Requests();
    const link: Link = new Link(this.#path, this.#options.heartbeat, {
      onConnect: () => this.#greet(link),
      onFrame: (fields) => this.#hear(fields),
      onSilence: () => this.#ping(),
      onLost: (error) => this.#onLost(error),
    });
    this.#link = link;
  }

  /** Says who this is and what it hears. It is up once that is confirmed. */
  #greet(link: Link): void {
    link.send(encodeHello(this.#options.prefix));
    const waiting = [...this.#subscribing];
    const topics = [...this.#topics];
    this.#sendTopics(topics, waiting);
    const id = this.#requests.next();
    this.#requests.confirm(id, { size: 0, resolve: () => this.#onUp(topics), reject: () => {} });
    link.send(encodePing(id));
  }

  #onUp(topics: readonly string[]): void {
    const known = new Set(topics);
    this.#failures = 0;
    this.#state = "up";
    // What was changed since the greeting.
    this.unsubscribe(topics.filter((topic) => !this.#topics.has(topic)));
    this.#sendTopics(
      [...this.#topics].filter((topic) => !known.has(topic)),
      [...this.#subscribing],
    );
    if (this.#opening === undefined) this.#receiver?.up();
    this.#opening?.resolve();
    this.#opening = undefined;
  }

  #onLost(error: Error): void {
    const wasUp = this.#state === "up";
    const lost = new BusError("unavailable", `the relay cannot be reached: ${error.message}`, {
      cause: error,
    });
    this.#state = "down";
    this.#requests.rejectAll(lost);
    this.#timer = setTimeout(() => this.#connect(), pauseAfter(this.#failures++, Math.random()));
    this.#opening?.reject(lost);
    this.#opening = undefined;
    if (wasUp) this.#receiver?.down(lost);
  }

  #hear(fields: FrameFields): void {
    const answer = fields.byte();
    if (answer === Answer.Message) {
      const topic = fields.name();
      if (this.#topics.has(topic)) this.#receiver?.message(topic, fields.rest());
    } else if (answer === Answer.Done) this.#requests.onDone(fields.word());
    else if (answer === Answer.Place) this.#requests.onAnswer(fields.word(), fields.position());
    else if (answer === Answer.Reading) this.#requests.onAnswer(fields.word(), fields.reading());
  }

  #ping(): void {
    const id = this.#requests.next();
    this.#requests.confirm(id, { size: 0, resolve: () => {}, reject: () => {} });
    this.#link?.send(encodePing(id));
  }

  /** Subscribes; those who wait are told when the last of it is confirmed. */
  #sendTopics(topics: readonly string[], waiting: readonly Subscriber[]): void {
    let id = 0;
    for (const part of topics.length === 0 ? [[]] : parts(topics)) {
      id = this.#requests.next();
      this.#link!.send(encodeTopics(Request.Subscribe, id, part));
    }
    const resolve = (): void => {
      for (const subscriber of waiting) {
        this.#subscribing.delete(subscriber);
        subscriber.resolve();
      }
    };
    this.#requests.confirm(id, { size: 0, resolve, reject: () => {} });
  }
}

function parts(topics: readonly string[]): string[][] {
  const count = Math.ceil(topics.length / topicsPerFrame);
  return Array.from({ length: count }, (_, i) => topics.slice(i * topicsPerFrame, (i + 1) * topicsPerFrame));
}

function isTopic(topic: unknown): boolean {
  return typeof topic === "string" && /^[A-Za-z0-9_-]{1,200}$/.test(topic);
}

function noTopic(topic: unknown): TypeError {
  return new TypeError(`topic must be 1 to 200 of the characters A-Z a-z 0-9 _ -: ${String(topic)}`);
}

function closed(): BusError {
  return new BusError("closed", "the bus was closed");
}
