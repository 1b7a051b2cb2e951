import {
  BusError,
  type BusLog,
  type LogBounds,
  type LogReading,
  type Position,
  type Since,
} from "@exws/channels";
import { AppendQueue } from "./append-queue.ts";
import { failureOf } from "./failure.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { Session } from "./session.ts";
import { StreamApi } from "./stream-api.ts";
import { StreamSweeper } from "./stream-sweeper.ts";
import { checkTopic } from "./subject.ts";
import { findStream, type TopicStream } from "./topic-stream.ts";

/** Entries that are asked for at once. */
const chunk = 256;
/** Topics whose stream and last place are remembered. */
const mostKnown = 10_000;

/** What a log works with while the bus is up. */
type Connected = {
  readonly api: StreamApi;
  readonly outbox: Outbox;
  readonly session: Session;
  readonly sweeper: StreamSweeper;
  readonly queues: Map<string, AppendQueue>;
};

/** The log of a bus on JetStream: a stream for each topic, whose sequences the offsets are counted by. */
export class StreamLog implements BusLog {
  readonly #options: ResolvedOptions;
  readonly #known = new Map<string, Position>();
  #connected: Connected | undefined;
  #closed: BusError | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  async append(topic: string, entry: Uint8Array, bounds: LogBounds): Promise<Position> {
    const { api, outbox, session, sweeper, queues } = this.#check(topic);
    const most = session.connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (entry.length > most) {
      throw new BusError("too-large", `${entry.length} bytes exceed the server's max_payload of ${most}`);
    }
    outbox.take(entry.length);
    try {
      sweeper.keep(bounds.keep);
      const queue = queues.get(topic) ?? new AppendQueue(api, (wanted) => this.#find(api, topic, wanted));
      queues.delete(topic);
      queues.set(topic, queue);
      if (queues.size > mostKnown) forgetOne(queues);
      const position = await queue.append(entry, bounds);
      this.#learn(topic, position);
      return position;
    } finally {
      outbox.give(entry.length);
    }
  }

  async read(topic: string, after: Since | undefined, bounds: LogBounds): Promise<LogReading> {
    const { api, session, sweeper } = this.#check(topic);
    sweeper.keep(bounds.keep);
    try {
      const stream = await this.#find(api, topic, bounds);
      return { position: stream.position, entries: await entriesOf(api, stream, after, bounds) };
    } catch (error) {
      throw this.#closed ?? session.ended ?? failureOf(error);
    }
  }

  attach(session: Session, outbox: Outbox): void {
    const api = new StreamApi(session.connection);
    const sweeper = new StreamSweeper(api, this.#options);
    this.#connected = { api, outbox, session, sweeper, queues: new Map() };
  }

  detach(error: BusError): void {
    const connected = this.#connected;
    this.#connected = undefined;
    if (connected === undefined) return;
    connected.sweeper.close();
    for (const queue of connected.queues.values()) queue.close(error);
  }

  close(error: BusError): void {
    this.#closed = error;
    this.detach(error);
  }

  #check(topic: string): Connected {
    checkTopic(topic);
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#connected === undefined) throw new BusError("unavailable", "NATS cannot be reached now");
    return this.#connected;
  }

  async #find(api: StreamApi, topic: string, bounds: LogBounds): Promise<TopicStream> {
    const stream = await findStream(api, this.#options, topic, bounds, this.#known.get(topic));
    this.#learn(topic, stream.position);
    return stream;
  }

  #learn(topic: string, position: Position): void {
    const known = this.#known.get(topic);
    if (known !== undefined && known.epoch === position.epoch && known.offset > position.offset) return;
    this.#known.delete(topic);
    this.#known.set(topic, position);
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value!);
  }
}

/** Drops the queue that was used least lately; one that has something to do stays. */
function forgetOne(queues: Map<string, AppendQueue>): void {
  for (const [topic, queue] of queues) {
    if (!queue.isEmpty) continue;
    queues.delete(topic);
    return;
  }
}

/** All entries behind a place; undefined when they are not all there, or exceed the bounds. The place may come from a client. */
async function entriesOf(
  api: StreamApi,
  stream: TopicStream,
  after: Since | undefined,
  bounds: LogBounds,
): Promise<readonly Uint8Array[] | undefined> {
  if (after === "oldest") return await keptOf(api, stream, bounds);
  const { position, first } = stream;
  const missed = position.offset - (after?.offset ?? Number.NaN);
  if (after?.epoch !== position.epoch || !Number.isInteger(missed) || missed < 0) return undefined;
  if (missed > bounds.count || after.offset + 1 < first) return undefined;
  const entries: Uint8Array[] = [];
  let size = 0;
  for (let from = after.offset + 1; from <= position.offset; from += chunk) {
    const some = await chunkOf(api, stream, from, Math.min(from + chunk - 1, position.offset));
    for (const entry of some) {
      if (entry === undefined) return undefined;
      size += entry.length;
      if (size > bounds.bytes) return undefined;
      entries.push(entry);
    }
  }
  return entries;
}

/** The newest entries that keep within the bounds. What is missing is forgotten, and so is what was before it. */
async function keptOf(
  api: StreamApi,
  stream: TopicStream,
  { count, bytes }: LogBounds,
): Promise<Uint8Array[]> {
  const { position, first } = stream;
  const oldest = Math.max(first, position.offset + 1 - count);
  const newestFirst: Uint8Array[] = [];
  let size = 0;
  for (let to = position.offset; to >= oldest; to -= chunk) {
    const some = await chunkOf(api, stream, Math.max(oldest, to - chunk + 1), to);
    for (const entry of some.reverse()) {
      size += entry?.length ?? 0;
      if (entry === undefined || size > bytes) return newestFirst.reverse();
      newestFirst.push(entry);
    }
  }
  return newestFirst.reverse();
}

/** Entries from one offset to another; undefined for each that is not there. */
async function chunkOf(
  api: StreamApi,
  { name, start }: TopicStream,
  from: number,
  to: number,
): Promise<(Uint8Array | undefined)[]> {
  const messages = Array.from({ length: to - from + 1 }, (_, i) => api.get(name, { seq: start + from + i }));
  return (await Promise.all(messages)).map((message) => message?.data);
}
