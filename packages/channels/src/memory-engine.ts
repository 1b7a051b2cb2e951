import { BusError } from "./bus-error.ts";
import { MemoryLog } from "./memory-log.ts";

/** The engine's end of one connection. */
export interface Connection {
  /** Gets a message. */
  arrive(topic: string, payload: Uint8Array): void;
  /** The engine is not there any more, or has not answered for too long. */
  lose(error: BusError): void;
  /** The engine can be reached. */
  find(): void;
}

/** One message on its way to one bus. */
export type Transit<To> = { readonly topic: string; readonly payload: Uint8Array; readonly to: To };

/** What a {@link MemoryHub} stands for: does what connections ask, in order, as long as it runs. */
export class MemoryEngine<Bus extends Connection> {
  /** How many copies of a message get to a connection. */
  copies: (transit: Transit<Bus>) => number = () => 1;
  readonly #patience: number;
  readonly #connections = new Map<Bus, Set<string>>();
  readonly #logs = new Map<string, MemoryLog>();
  #state: "running" | "frozen" | "stopped" = "running";
  #work: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Whether it answers. */
  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Has something done, behind all that came before. */
  submit(work: () => void): void {
    if (this.#work.push(work) === 1) queueMicrotask(this.#run);
  }

  /** A connection exists; it has no topics yet. */
  attach(bus: Bus): void {
    this.#connections.set(bus, new Set());
  }

  /** A connection is over. */
  detach(bus: Bus): void {
    this.#connections.delete(bus);
  }

  /** The topics of a connection: who changes them says what it hears. */
  topicsOf(bus: Bus): Set<string> {
    return this.#connections.get(bus) ?? new Set();
  }

  /** Gives a message to everybody who hears the topic. */
  spread(topic: string, payload: Uint8Array): void {
    for (const [bus, topics] of this.#connections) {
      if (!topics.has(topic)) continue;
      for (let copies = this.copies({ topic, payload, to: bus }); copies > 0; copies--) {
        bus.arrive(topic, payload.slice());
      }
    }
  }

  /** The log of a topic. */
  log(topic: string): MemoryLog {
    let log = this.#logs.get(topic);
    if (log === undefined) {
      log = new MemoryLog();
      this.#logs.set(topic, log);
    }
    return log;
  }

  /** Loses all logs. */
  forget(): void {
    this.#logs.clear();
  }

  /** Is gone; what waits is lost. */
  stop(): void {
    this.#state = "stopped";
    this.#work = [];
    clearTimeout(this.#timer);
    this.#lose("The hub was stopped");
  }

  /** Answers no more; what comes waits. */
  freeze(): void {
    if (this.#state !== "running") return;
    this.#state = "frozen";
    if (!Number.isFinite(this.#patience)) return;
    this.#timer = setTimeout(() => this.#lose("The hub does not answer"), this.#patience).unref();
  }

  /** Is there, again. */
  run(): void {
    clearTimeout(this.#timer);
    this.#state = "running";
    if (this.#work.length > 0) queueMicrotask(this.#run);
    for (const bus of this.#connections.keys()) bus.find();
  }

  /** Ends all connections; it can be reached at once. */
  cut(): void {
    this.#lose("The connection was cut");
    if (this.isRunning) this.run();
  }

  readonly #run = (): void => {
    if (this.#state !== "running") return;
    const work = this.#work;
    this.#work = [];
    for (const each of work) each();
  };

  #lose(message: string): void {
    for (const bus of this.#connections.keys()) bus.lose(new BusError("unavailable", message));
  }
}
