import { createHash, randomBytes } from "node:crypto";
import { BusError, type LogBounds, type Position } from "@exws/channels";
import type { ResolvedOptions } from "./options.ts";
import type { StreamApi, StreamConfig, StreamInfo } from "./stream-api.ts";

/** What a message costs in a stream besides its payload: its subject (counted separately) and this. */
const overhead = 64;
const nanoseconds = 1_000_000;
/** JetStream takes no shorter age, in milliseconds. */
const leastAge = 100;

/** A stream that keeps the log of one topic. */
export type TopicStream = {
  readonly name: string;
  /** Where entries are published. Its last token is the epoch: who knows an old epoch reaches nobody. */
  readonly subject: string;
  readonly position: Position;
  /** The sequence that offsets count from: what is before it is of an earlier epoch. */
  readonly start: number;
  /** The offset of the oldest entry; one more than the position's when there is none. */
  readonly first: number;
};

/** All streams with logs of a prefix have such a subject. */
export function logSubjects(prefix: string): string {
  return `${prefix}.@log.*.*`;
}

/** A name of bounded length, without capitals for file systems that do not tell them apart. */
export function streamName(prefix: string, topic: string): string {
  return `exws-log-${digestOf(`${prefix}.${topic}`)}`;
}

/** The epoch tells, too, from which sequence on the stream has it. */
function subjectOf(prefix: string, topic: string, start: number): string {
  return `${prefix}.@log.${digestOf(topic)}.${randomBytes(12).toString("hex")}-${start}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}

/** What the description of a stream says to those who clear away. */
export type StreamNote = { readonly topic: string; readonly keep: number };

/**
 * Finds the stream of a topic or makes it, with these bounds. The stream gets a new epoch when it is behind a place that this
 * process knows of: then the server has lost entries, and would give their offsets again.
 */
export async function findStream(
  api: StreamApi,
  options: ResolvedOptions,
  topic: string,
  bounds: LogBounds,
  known: Position | undefined,
): Promise<TopicStream> {
  const { prefix, log } = options;
  const name = streamName(prefix, topic);
  // Others may make, change and delete it at the same time.
  for (let tries = 0; tries < 5; tries++) {
    const found = await api.info(name);
    if (found === undefined) {
      const subject = subjectOf(prefix, topic, 0);
      await api.create({
        ...limitsOf(bounds, prefix, topic),
        name,
        subjects: [subject],
        storage: log.storage,
        num_replicas: log.replicas,
        retention: "limits",
        discard: "old",
        // JetStream would set these bytes aside for each topic, used or not, and soon have none left.
        max_bytes: -1,
        max_consumers: 0,
        allow_direct: true,
        duplicate_window: leastAge * nanoseconds,
      });
      // What counts is what is there now: of two that are made at the same time nats-server 2.9 has confirmed both, and kept one.
      continue;
    }
    const stream = checked(found, options);
    const isBehind = stream.position.epoch === known?.epoch && stream.position.offset < known.offset;
    const limits = limitsOf(bounds, prefix, topic);
    const keep = keptOf(found, bounds, stream.subject);
    if (keep !== undefined) {
      await api.trim(name, keep);
      continue;
    }
    if (!isBehind && hasLimits(found.config, limits)) return stream;
    const subjects = isBehind ? [subjectOf(prefix, topic, found.state.last_seq)] : found.config.subjects;
    const updated = await api.update({ ...found.config, ...limits, subjects });
    if (updated !== undefined) return checked(updated, options);
  }
  throw new BusError("unavailable", `the log of ${topic} is being changed by others`);
}

/**
 * How many messages may stay when a stream has come to twice the bytes that it should keep: about as many as make one and a half
 * times of them. What is more than was asked for is not read.
 */
function keptOf({ state }: StreamInfo, { bytes }: LogBounds, subject: string): number | undefined {
  const most = bytes + state.messages * (overhead + subject.length);
  if (state.messages <= 1 || state.bytes <= 2 * most) return undefined;
  return Math.max(1, Math.floor((state.messages * 1.5 * most) / state.bytes));
}

type Limits = Pick<StreamConfig, "max_msgs" | "max_age" | "description">;

function limitsOf(bounds: LogBounds, prefix: string, topic: string): Limits {
  const { count, age, keep } = bounds;
  const note: StreamNote = { topic: `${prefix}.${topic}`, keep };
  return {
    description: JSON.stringify(note),
    max_msgs: Number.isFinite(count) ? Math.max(1, Math.ceil(count)) : -1,
    max_age: Number.isFinite(age) ? Math.max(leastAge, Math.ceil(age)) * nanoseconds : 0,
  };
}

function hasLimits(config: StreamConfig, limits: Limits): boolean {
  return (Object.keys(limits) as (keyof Limits)[]).every((name) => config[name] === limits[name]);
}

function checked({ config, state, cluster }: StreamInfo, { log }: ResolvedOptions): TopicStream {
  // The cluster remembers such a stream, its epoch, too, when the only server that had the entries has lost them.
  if (cluster !== undefined && log.storage === "memory" && log.replicas === 1) {
    throw new BusError("refused", `in a NATS cluster the log needs replicas: 3, or storage: "file"`);
  }
  const subject = config.subjects[0] ?? "";
  const epoch = subject.slice(subject.lastIndexOf(".") + 1);
  const start = Number(epoch.split("-")[1]) || 0;
  const first = state.messages === 0 ? state.last_seq + 1 : state.first_seq;
  return {
    name: config.name,
    subject,
    position: { epoch, offset: state.last_seq - start },
    start,
    first: Math.max(1, first - start),
  };
}
