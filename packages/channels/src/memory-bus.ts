import type { Bus, BusReceiver } from "./bus.ts";
import { BusError } from "./bus-error.ts";
import type { BusLog, LogBounds, LogReading } from "./bus-log.ts";
import type { Position, Since } from "./history.ts";
import type { Connection, MemoryEngine } from "./memory-engine.ts";

type Deferred = { readonly resolve: () => void; readonly reject: (error: BusError) => void };

/** What a bus may have waiting for a hub that is frozen. */
const backlog = 1000;

/** A {@link Bus} over a {@link MemoryHub}: what it hears and says can be held up and cut off. */
export class MemoryBus implements Bus, Connection {
  readonly maxPayload: number;
  readonly log: BusLog | undefined;
  readonly #engine: MemoryEngine<MemoryBus>;
  readonly #prefix: string;
  readonly #topics = new Set<string>();
  /** What the hub has not answered yet. */
  readonly #pending = new Set<Deferred>();
  /** Subscriptions that are not confirmed: a lost connection does not end them. */
  readonly #unconfirmed = new Set<Deferred>();
  #receiver: BusReceiver | undefined;
  #state: "new" | "up" | "down" | "closed" = "new";
  /** Grows with each connection that is lost: work of an old one subscribes to nothing. */
  #connection = 0;
  #isCutOff = false;
  #held: [topic: string, payload: Uint8Array][] | undefined;

  /** For {@link MemoryHub.bus}. */
  constructor(engine: MemoryEngine<MemoryBus>, prefix: string, maxPayload: number, hasLog: boolean) {
    this.#engine = engine;
    this.#prefix = prefix;
    this.maxPayload = maxPayload;
    this.log = hasLog ? { append: this.#append, read: this.#read } : undefined;
  }

  async open(receiver: BusReceiver): Promise<void> {
    if (this.#state === "closed") throw closed();
    this.#receiver = receiver;
    this.#engine.attach(this);
    if (!this.#isCutOff && this.#engine.isRunning) {
      this.#state = "up";
      return;
    }
    this.#state = "down";
    throw new BusError("unavailable", "The hub cannot be reached");
  }

  subscribe(topics: readonly string[]): Promise<void> {
    if (this.#state === "closed") return Promise.reject(closed());
    for (const topic of topics) this.#topics.add(topic);
    return new Promise((resolve, reject) => {
      const deferred = { resolve, reject };
      this.#unconfirmed.add(deferred);
      this.#onEngine((heard) => {
        for (const topic of topics) heard.add(this.#prefix + topic);
        if (this.#unconfirmed.delete(deferred)) resolve();
      });
    });
  }

  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) this.#topics.delete(topic);
    this.#onEngine((heard) => {
      for (const topic of topics) heard.delete(this.#prefix + topic);
    });
  }

  publish(topic: string, payload: Uint8Array): Promise<void> {
    return this.#ask(payload.length, () => this.#engine.spread(this.#prefix + topic, payload));
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#engine.detach(this);
    this.#receiver = undefined;
    this.#reject(closed());
    for (const { reject } of this.#unconfirmed) reject(closed());
    this.#unconfirmed.clear();
  }

  /** Cuts this bus off, until `mend`. */
  cut(): void {
    this.#isCutOff = true;
    this.lose(new BusError("unavailable", "The connection was cut"));
  }

  /** Ends `cut`. */
  mend(): void {
    this.#isCutOff = false;
    this.find();
  }

  /** Holds back what arrives here, until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Ends `hold`: what was held back arrives. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [topic, payload] of held) this.arrive(topic, payload);
  }

  /** For the hub. */
  arrive(topic: string, payload: Uint8Array): void {
    if (this.#held !== undefined) this.#held.push([topic, payload]);
    else this.#receiver?.message(topic.slice(this.#prefix.length), payload);
  }

  /** For the hub. */
  lose(error: BusError): void {
    this.#connection++;
    this.#engine.topicsOf(this).clear();
    this.#reject(error);
    if (this.#state !== "up") return;
    this.#state = "down";
    this.#receiver!.down(error);
  }

  /** For the hub. */
  find(): void {
    if (this.#state !== "down" || this.#isCutOff || !this.#engine.isRunning) return;
    const connection = ++this.#connection;
    this.#engine.submit(() => {
      if (connection !== this.#connection || this.#state !== "down") return;
      const heard = this.#engine.topicsOf(this);
      for (const topic of this.#topics) heard.add(this.#prefix + topic);
      this.#state = "up";
      for (const { resolve } of this.#unconfirmed) resolve();
      this.#unconfirmed.clear();
      this.#receiver!.up();
    });
  }

  readonly #append = async (topic: string, entry: Uint8Array, bounds: LogBounds): Promise<Position> => {
    let position: Position | undefined;
    await this.#ask(entry.length, () => {
      position = this.#engine.log(this.#prefix + topic).append(entry, bounds, performance.now());
    });
    return position!;
  };

  readonly #read = async (
    topic: string,
    after: Since | undefined,
    bounds: LogBounds,
  ): Promise<LogReading> => {
    let reading: LogReading | undefined;
    await this.#ask(0, () => {
      reading = this.#engine.log(this.#prefix + topic).read(after, bounds, performance.now());
    });
    return reading!;
  };

  /** Changes what this bus hears, unless its connection is lost before that. */
  #onEngine(change: (heard: Set<string>) => void): void {
    const connection = this.#connection;
    if (this.#state !== "up") return;
    this.#engine.submit(() => {
      if (connection === this.#connection && this.#state === "up") change(this.#engine.topicsOf(this));
    });
  }

  #ask(size: number, work: () => void): Promise<void> {
    if (this.#state === "closed") return Promise.reject(closed());
    if (size > this.maxPayload) {
      return Promise.reject(new BusError("too-large", `A payload has at most ${this.maxPayload} bytes`));
    }
    if (this.#state !== "up") return Promise.reject(new BusError("unavailable", "The hub cannot be reached"));
    if (this.#pending.size >= backlog) {
      return Promise.reject(new BusError("overloaded", `${backlog} messages wait for the hub`));
    }
    return new Promise((resolve, reject) => {
      const deferred = { resolve, reject };
      this.#pending.add(deferred);
      this.#engine.submit(() => {
        work();
        if (this.#pending.delete(deferred)) resolve();
      });
    });
  }

  #reject(error: BusError): void {
    for (const { reject } of this.#pending) reject(error);
    this.#pending.clear();
  }
}

function closed(): BusError {
  return new BusError("closed", "The bus is closed");
}
