import { MemoryBus } from "./memory-bus.ts";
import { MemoryEngine, type Transit } from "./memory-engine.ts";

/** Options of {@link MemoryHub}. */
export type MemoryHubOptions = {
  /** Bytes that a payload may have. Default 1,048,576. */
  maxPayload?: number;
  /** Its buses have a log. Default true. */
  log?: boolean;
  /** Milliseconds after which buses notice that the hub is frozen; `Infinity`: they never do. Default 100. */
  patience?: number;
};

/**
 * An engine in memory: buses of one hub hear each other, within one process. It breaks on command, as Redis or NATS do without
 * one, so that tests can see what an application makes of that.
 */
export class MemoryHub {
  readonly #options: Required<MemoryHubOptions>;
  readonly #engine: MemoryEngine<MemoryBus>;

  constructor({ maxPayload = 1_048_576, log = true, patience = 100 }: MemoryHubOptions = {}) {
    this.#options = { maxPayload, log, patience };
    this.#engine = new MemoryEngine(patience);
  }

  /** A new bus, to be opened by its owner. Buses of different prefixes do not hear each other. */
  bus({ prefix = "" }: { prefix?: string } = {}): MemoryBus {
    return new MemoryBus(this.#engine, `${prefix}:`, this.#options.maxPayload, this.#options.log);
  }

  /**
   * Is asked for every message and every bus that hears it, how many copies arrive: 1 unless set, 0 loses the message without a
   * word, 2 duplicates it. `topic` begins with the prefix and a colon.
   */
  set copies(copies: (transit: Transit<MemoryBus>) => number) {
    this.#engine.copies = copies;
  }

  /** Is gone: all buses are down, what waits is lost. The logs remain. */
  stop(): void {
    this.#engine.stop();
  }

  /** Ends `stop`: the buses connect again. */
  start(): void {
    this.#engine.run();
  }

  /** Answers no more: what buses publish waits, and what they hear. They are down when they have noticed it. */
  freeze(): void {
    this.#engine.freeze();
  }

  /** Ends `freeze`: does what waits. */
  thaw(): void {
    this.#engine.run();
  }

  /** Cuts all buses off; they connect again at once. */
  cut(): void {
    this.#engine.cut();
  }

  /** Loses all logs, as an engine that kept them in memory alone. */
  forget(): void {
    this.#engine.forget();
  }
}
