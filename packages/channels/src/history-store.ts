import type { PreparedMessage } from "@exws/frame";
import { History, type Position } from "./history.ts";
import { type HistoryOptions, type ResolvedHistory, resolveHistory } from "./history-options.ts";
import { type Data, plain, prepare } from "./message.ts";

/** Milliseconds between two looks for what is too old. */
const sweepInterval = 10_000;

/** The history of one channel, kept or about to be. */
export type Kept = {
  readonly id: unknown;
  readonly history: History;
  readonly options: ResolvedHistory;
  idleSince: number;
};

/**
 * The histories of all channels. That of a channel with members stays; of those without, the ones used last stay within a
 * bound, each for a while after its last message.
 */
export class HistoryStore {
  readonly #optionsOf: (id: unknown) => HistoryOptions | undefined;
  readonly #limit: number;
  readonly #live = new Map<unknown, Kept>();
  /** Of channels without members; the one used last is last. */
  readonly #idle = new Map<unknown, Kept>();
  #timer: NodeJS.Timeout | undefined;

  /** `optionsOf` says which channels have a history, `limit` how many without members are kept. */
  constructor(optionsOf: (id: unknown) => HistoryOptions | undefined, limit: number) {
    this.#optionsOf = optionsOf;
    this.#limit = limit;
  }

  /** The history of a channel, which begins now if need be; `undefined` where there is none. It is not kept by this alone. */
  open(id: unknown): Kept | undefined {
    const existing = this.#live.get(id) ?? this.#idle.get(id);
    if (existing !== undefined) return existing;
    const options = this.#optionsOf(id);
    if (options === undefined) return undefined;
    const resolved = resolveHistory(options);
    return { id, history: new History(crypto.randomUUID(), resolved), options: resolved, idleSince: 0 };
  }

  /** A channel has members: keeps its history, if it has one. */
  enter(id: unknown): History | undefined {
    const kept = this.open(id);
    if (kept === undefined) return undefined;
    this.#idle.delete(id);
    this.#live.set(id, kept);
    this.#watch();
    return kept.history;
  }

  /** The last member of a channel has left. */
  leave(id: unknown): void {
    const kept = this.#live.get(id);
    if (kept === undefined) return;
    this.#live.delete(id);
    this.#rest(kept);
  }

  /** Frames a message and keeps it. */
  add(kept: Kept, data: Data): { message: PreparedMessage; position: Position } {
    const { id, history, options } = kept;
    const position = history.next;
    const message = prepare(options.stamp === undefined ? data : options.stamp(plain(data), position));
    if (history.next.offset !== position.offset) throw new Error("history: stamp must not broadcast");
    history.add(message, performance.now());
    if (!this.#live.has(id)) this.#rest(kept);
    return { message, position };
  }

  /** All messages behind a place, or all; `undefined` when they are not all here. */
  since(id: unknown, place: unknown): PreparedMessage[] | undefined {
    return this.#live.get(id)?.history.since(place, performance.now());
  }

  /** Keeps a history without members, as the one used last. */
  #rest(kept: Kept): void {
    kept.idleSince = performance.now();
    this.#idle.delete(kept.id);
    this.#idle.set(kept.id, kept);
    this.#watch();
    if (this.#idle.size <= this.#limit) return;
    const [oldest] = this.#idle.keys();
    this.#idle.delete(oldest);
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#sweep(performance.now()), sweepInterval).unref();
  }

  #sweep(now: number): void {
    for (const { history } of this.#live.values()) history.expire(now);
    for (const [id, { history, options, idleSince }] of this.#idle) {
      history.expire(now);
      if (history.size === 0 && now - idleSince > options.keep) this.#idle.delete(id);
    }
    if (this.#live.size + this.#idle.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
