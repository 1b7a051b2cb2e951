import {
  BusError,
  type BusLog,
  type LogBounds,
  type LogReading,
  type Position,
  type Since,
} from "@exws/channels";
import { isMoved } from "./bus-error-of.ts";
import type { Connection } from "./connection.ts";
import type { Fleet } from "./fleet.ts";
import type { InFlight } from "./in-flight.ts";
import { appendScript, readScript } from "./log-scripts.ts";
import type { Names } from "./names.ts";
import { Script } from "./script.ts";
import { textOf, type Word } from "./transport.ts";

/** Topics whose newest place is remembered. */
const mostKnown = 10_000;

/** The logs of topics, on Redis Streams. */
export class RedisLog implements BusLog {
  readonly #fleet: Fleet;
  readonly #names: Names;
  readonly #inFlight: InFlight;
  readonly #check: (topic: string, payload: Uint8Array) => void;
  readonly #append = new Script(appendScript);
  readonly #read = new Script(readScript);
  /** The newest places that Redis has told of: if it is behind one, it has lost entries. */
  readonly #known = new Map<string, Position>();

  /** `check` throws what is wrong with a call. */
  constructor(
    fleet: Fleet,
    names: Names,
    inFlight: InFlight,
    check: (topic: string, payload: Uint8Array) => void,
  ) {
    this.#fleet = fleet;
    this.#names = names;
    this.#inFlight = inFlight;
    this.#check = check;
  }

  /** Makes a new connection ready. */
  async prepare(connection: Connection): Promise<void> {
    await Promise.all([this.#append.load(connection), this.#read.load(connection)]);
  }

  async append(topic: string, entry: Uint8Array, bounds: LogBounds): Promise<Position> {
    this.#check(topic, entry);
    const { count, bytes, age } = bounds;
    const words = [entry, bound(count), bound(bytes), bound(age)];
    const reply = await this.#call(this.#append, topic, bounds, words, entry.length);
    return this.#learn(topic, placeOf(reply));
  }

  async read(topic: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading> {
    this.#check(topic, new Uint8Array(0));
    const place = after === "oldest" ? oldest : placeIn(after);
    const words = place === undefined ? [] : [place.epoch, String(place.offset), bound(bounds.age)];
    const reply = await this.#call(this.#read, topic, bounds, words, 0);
    const entries = reply[2] as Uint8Array[] | undefined;
    return {
      position: this.#learn(topic, placeOf(reply)),
      entries: entries?.map((entry) => new Uint8Array(entry)),
    };
  }

  /** Answers come in the order of the calls: a place of another epoch is newer than those before. */
  #learn(topic: string, position: Position): Position {
    const known = this.#known.get(topic);
    if (known?.epoch === position.epoch && known.offset > position.offset) return position;
    this.#known.delete(topic);
    this.#known.set(topic, position);
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value!);
    return position;
  }

  async #call(
    script: Script,
    topic: string,
    { age, keep }: LogBounds,
    words: readonly Word[],
    size: number,
  ): Promise<readonly unknown[]> {
    const keys = this.#names.log(topic);
    const connection = this.#fleet.commands(keys[0], false);
    // Without entries the position lives for `keep`, but never shorter than an entry.
    const ttl = bound(Math.max(1, age, keep));
    const { epoch, offset } = this.#known.get(topic) ?? { epoch: "", offset: 0 };
    this.#inFlight.enter(size);
    try {
      return await script.call(connection, keys, crypto.randomUUID(), ttl, epoch, String(offset), ...words);
    } catch (error) {
      if (error instanceof BusError && isMoved(error)) this.#fleet.moved();
      throw error;
    } finally {
      this.#inFlight.leave(size);
    }
  }
}

/** A bound as a script takes it: what is not finite, or beyond 285,000 years, is none. */
function bound(value: number): string {
  return value <= Number.MAX_SAFE_INTEGER ? String(Math.ceil(value)) : "-1";
}

/** What asks the script for all that is kept: no place of a client gets there. */
const oldest: Position = { epoch: "", offset: -1 };

function placeIn(after: Position | undefined): Position | undefined {
  const { epoch, offset = -1 } = after ?? {};
  if (typeof epoch !== "string" || !Number.isSafeInteger(offset) || offset < 0) return undefined;
  return { epoch, offset };
}

function placeOf(reply: readonly unknown[]): Position {
  return { epoch: textOf(reply[0]), offset: Number(textOf(reply[1])) };
}
