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

  /** Throws a TypeError or RangeError that names the option. */
  constructor(options: MemoryHubOptions = {}) {
    this.#options = resolveOptions(options);
    this.#engine = new MemoryEngine(this.#options.patience);
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

const defaults: Required<MemoryHubOptions> = { maxPayload: 1_048_576, log: true, patience: 100 };

/** The longest time that a timer of Node can wait. */
const longest = 0x7fff_ffff;

function resolveOptions(options: MemoryHubOptions): Required<MemoryHubOptions> {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${name} is not an option`);
  }
  const { maxPayload = defaults.maxPayload, log = defaults.log, patience = defaults.patience } = options;
  if (typeof maxPayload !== "number") throw new TypeError("maxPayload must be a number");
  if (maxPayload !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxPayload) && maxPayload >= 0)) {
    throw new RangeError("maxPayload must be a whole number, or Infinity");
  }
  if (typeof patience !== "number") throw new TypeError("patience must be a number");
  if (patience !== Number.POSITIVE_INFINITY && !(patience >= 0 && patience <= longest)) {
    throw new RangeError("patience must be a number of milliseconds, or Infinity");
  }
  if (typeof log !== "boolean") throw new TypeError("log must be true or false");
  return { maxPayload, log, patience };
}
