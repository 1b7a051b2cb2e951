import { BusError } from "../bus-error.ts";
import type { BusLog, LogBounds, LogReading } from "../bus-log.ts";
import type { Position, Since } from "../history.ts";
import { asBusError } from "./bus-link.ts";
import { encodePlaced, placedHeader } from "./log-entry.ts";
import type { BusNode } from "./node.ts";
import { topicOf } from "./topic.ts";

/** What became of an entry: its place, or why it has none. */
export type Appended =
  | { readonly ok: true; readonly position: Position }
  | { readonly ok: false; readonly error: BusError };

/** Who uses a log. */
export interface SharedLogOwner {
  /** An entry that was given up was appended all the same. */
  late(id: string, position: Position): void;
  /** The engine refuses to keep a log; told once, until it has done what it was asked to. */
  refused(error: BusError): void;
}

/** A place that other nodes were not told, perhaps. */
type Untold = { readonly position: Position; readonly time: number };

/** Places that are remembered to be told again, and that are told at a time. */
const untoldLimit = 10_000;
const toldAtOnce = 1000;

/** Readings that an engine is asked for at a time; others wait for them. */
const readingLimit = 64;

/**
 * The log of a bus as a node uses it: what it appends it tells the others, and nobody waits longer than `cluster.queryTimeout` for an
 * engine that does not answer.
 */
export class SharedLog {
  readonly #node: BusNode;
  readonly #log: BusLog;
  readonly #owner: SharedLogOwner;
  readonly #untold = new Map<string, Untold>();
  #readings = 0;
  readonly #waiting: (() => void)[] = [];
  /** Entries that were not waited for any longer, and that the engine has not answered yet. */
  #overdue = 0;
  #isRefused = false;

  constructor(node: BusNode, log: BusLog, owner: SharedLogOwner) {
    this.#node = node;
    this.#log = log;
    this.#owner = owner;
  }

  /** Why nothing can be appended now; `undefined` if it can. */
  get obstacle(): BusError | undefined {
    if (this.#node.state === "closed") return new BusError("closed", "Channels are closed");
    if (this.#node.state !== "up") return new BusError("unavailable", "The bus is not connected");
    return this.#overdue > 0 ? tooSlow() : undefined;
  }

  /** Appends an entry to the log of a channel, and tells other nodes. Never rejects. */
  async append(id: string, entry: Uint8Array, bounds: LogBounds): Promise<Appended> {
    const { counts } = this.#node;
    const appended = await this.#append(id, entry, bounds);
    if (appended.ok) {
      counts.published++;
      this.#tell(id, appended.position, entry);
    } else counts.unpublished++;
    return appended;
  }

  /** Reads the log of a channel; `undefined` when the engine does not answer, or refuses. Never rejects. */
  async read(id: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading | undefined> {
    if (this.#readings >= readingLimit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#readings++;
    const reading = await this.#read(id, after, bounds);
    this.#readings--;
    this.#waiting.shift()?.();
    return reading;
  }

  /** Tells the last place again where no entry has followed for so long, in case it was lost. */
  retell(quiet: number): void {
    const now = this.#node.clock.now();
    let left = toldAtOnce;
    for (const [id, untold] of this.#untold) {
      if (now - untold.time < quiet || left-- <= 0) break;
      const told = this.#node.say(id, "entry", encodePlaced(untold.position, new Uint8Array(0)));
      void told.then(({ ok }) => {
        if (ok && this.#untold.get(id) === untold) this.#untold.delete(id);
      });
    }
  }

  #read(id: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#node.clock.after(this.#node.options.queryTimeout, () => resolve(undefined));
      const settle = (reading: LogReading | undefined): void => {
        cancel();
        resolve(reading);
      };
      const read = (): Promise<LogReading> => this.#log.read(topicOf(id), after, boundsOf(bounds));
      this.#ask(read).then(settle, () => settle(undefined));
    });
  }

  #append(id: string, entry: Uint8Array, bounds: LogBounds): Promise<Appended> {
    const { clock, maxBody, options } = this.#node;
    const obstacle = entry.length + placedHeader > maxBody ? tooLarge(maxBody) : this.obstacle;
    if (obstacle !== undefined) return Promise.resolve({ ok: false, error: obstacle });
    return new Promise((resolve) => {
      let isLate = false;
      const cancel = clock.after(options.queryTimeout, () => {
        isLate = true;
        this.#overdue++;
        resolve({ ok: false, error: tooSlow() });
      });
      const settle = (appended: Appended): void => {
        cancel();
        resolve(appended);
        if (!isLate) return;
        this.#overdue--;
        if (!appended.ok) return;
        this.#remember(id, appended.position);
        this.#owner.late(id, appended.position);
      };
      this.#ask(() => this.#log.append(topicOf(id), entry, boundsOf(bounds))).then(
        (position) => settle({ ok: true, position }),
        (error: BusError) => settle({ ok: false, error }),
      );
    });
  }

  /** Asks the engine now. Rejects with a BusError, whatever the bus does. */
  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await ask();
      this.#isRefused = false;
      return answer;
    } catch (cause) {
      const error = asBusError(cause);
      if (error.code === "refused" && !this.#isRefused) this.#owner.refused(error);
      this.#isRefused = error.code === "refused";
      throw error;
    }
  }

  #tell(id: string, position: Position, entry: Uint8Array): void {
    this.#remember(id, position);
    void this.#node.say(id, "entry", encodePlaced(position, entry));
  }

  #remember(id: string, position: Position): void {
    this.#untold.delete(id);
    this.#untold.set(id, { position, time: this.#node.clock.now() });
    if (this.#untold.size > untoldLimit) this.#untold.delete(this.#untold.keys().next().value!);
  }
}

/** The bounds alone: a bus may look at what it is given. */
function boundsOf({ count, bytes, age, keep }: LogBounds): LogBounds {
  return { count, bytes, age, keep };
}

function tooSlow(): BusError {
  return new BusError("unavailable", "The engine does not answer");
}

function tooLarge(maxBody: number): BusError {
  return new BusError("too-large", `A message for the log has at most ${maxBody - placedHeader} bytes`);
}
