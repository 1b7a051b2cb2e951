import { CloseCode, encodeClosePayload } from "@exws/frame";

/** How to close a server. */
export type CloseOptions = {
  /** The code of the Close frames; default 1001, going away. */
  code?: number;
  /** Their reason; default none. */
  reason?: string;
  /** Milliseconds after which what is left is dropped; default 30,000. */
  within?: number;
  /**
   * Milliseconds over which the Close frames are spread in a random order, so that clients do not come back all at once;
   * default 100 for every 1,000 connections.
   */
  spread?: number;
};

/** How a server was closed. */
export type CloseResult = {
  /** Connections that ended with their closing handshake, or by themselves, in time. */
  closed: number;
  /** Connections that had to be dropped. */
  terminated: number;
};

type Closable = { shutdown(code: number, reason: string): void; destroy(): void };

/** Milliseconds between two batches of Close frames. */
const interval = 100;
const perInterval = 1_000;

/** The end of a server: Close frames in batches, then patience, then none. */
export class Shutdown {
  /** Resolves when nothing is left. */
  readonly done: Promise<CloseResult>;
  readonly #connections: ReadonlySet<Closable>;
  readonly #openings: ReadonlySet<Closable | { destroy(): void }>;
  readonly #total: number;
  readonly #code: number;
  readonly #reason: string;
  readonly #timers = new Set<NodeJS.Timeout>();
  #terminated = 0;
  #resolve: (result: CloseResult) => void = () => {};

  /** Throws a RangeError or TypeError that names the option. Both sets are watched, not changed. */
  constructor(
    options: CloseOptions,
    connections: ReadonlySet<Closable>,
    openings: ReadonlySet<{ destroy(): void }>,
  ) {
    const { code = CloseCode.GoingAway, reason = "", within = 30_000 } = options;
    const { spread = Math.floor(connections.size / perInterval) * interval } = options;
    encodeClosePayload(code, reason);
    checkTime("within", within);
    checkTime("spread", spread);
    this.#code = code;
    this.#reason = reason;
    this.#connections = connections;
    this.#openings = openings;
    this.#total = connections.size;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#later(within, () => this.#terminate());
    this.#send(shuffled([...connections]), spread);
    // A server without connections is done once its caller has the promise.
    queueMicrotask(() => this.notice());
  }

  /** Has to be called when a connection or an opening handshake is gone. */
  notice(): void {
    if (this.#connections.size > 0 || this.#openings.size > 0) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#resolve({ closed: this.#total - this.#terminated, terminated: this.#terminated });
  }

  #send(connections: Closable[], spread: number): void {
    // However long it lasts, there are no more batches than connections.
    const batches = Math.max(1, Math.min(connections.length, Math.ceil(spread / interval)));
    const size = Math.ceil(connections.length / batches);
    for (let i = 0; i < batches; i++) {
      const batch = connections.slice(i * size, (i + 1) * size);
      const send = () => {
        for (const connection of batch) connection.shutdown(this.#code, this.#reason);
      };
      if (i === 0) send();
      else this.#later((i * spread) / batches, send);
    }
  }

  #terminate(): void {
    this.#terminated = this.#connections.size;
    for (const connection of this.#connections) connection.destroy();
    for (const opening of this.#openings) opening.destroy();
  }

  #later(milliseconds: number, action: () => void): void {
    this.#timers.add(setTimeout(action, Math.min(milliseconds, 0x7fff_ffff)));
  }
}

function checkTime(name: string, value: number): void {
  if (typeof value !== "number" || !(value >= 0))
    throw new RangeError(`${name} must be 0 or more milliseconds`);
}

function shuffled<Item>(items: Item[]): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
