import { BusError } from "@exws/channels";
import type { NatsConnection, NatsMessage } from "./connection.ts";
import { failureOf, isUnanswered } from "./failure.ts";

/** Milliseconds that JetStream may take for an answer while the connection is alive. */
const patience = 5_000;

/** The part of a stream's configuration that a log sets and looks at; what else there is stays as it is. */
export type StreamConfig = {
  name: string;
  description: string;
  subjects: readonly string[];
  /** -1: any number. */
  max_msgs: number;
  /** In nanoseconds; 0: for ever. */
  max_age: number;
};

/** What JetStream tells of a stream. */
export type StreamInfo = {
  readonly config: StreamConfig;
  /** RFC 3339, by the clock of the server. */
  readonly created: string;
  readonly cluster?: object;
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
    /** RFC 3339; of the year 1 when there never was a message. */
    readonly last_ts: string;
  };
};

type Failure = { readonly code: number; readonly err_code?: number; readonly description?: string };

/** JetStream's error codes that are answers rather than failures. */
const streamNotFound = 10_059;
const nameInUse = 10_058;
const full = 10_077;
/** A cluster that is starting says so, with 400, like one that is too small. */
const noPeers = 10_005;
/** For the account, for the server: 503 like what may pass. */
const notEnabled: ReadonlySet<number | undefined> = new Set([10_039, 10_076]);

const decoder = new TextDecoder();

/** JetStream's own protocol, JSON in requests (https://docs.nats.io/reference/reference-protocols/nats_api_reference), over one connection. */
export class StreamApi {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** What there is, or undefined. */
  async info(name: string): Promise<StreamInfo | undefined> {
    return await this.#ask<StreamInfo>(`STREAM.INFO.${name}`, {}, streamNotFound);
  }

  /** Makes a stream; undefined when there is another of that name. */
  async create(config: StreamConfig & Readonly<Record<string, unknown>>): Promise<StreamInfo | undefined> {
    return await this.#ask<StreamInfo>(`STREAM.CREATE.${config.name}`, config, nameInUse);
  }

  /** Changes it; undefined when it is gone. */
  async update(config: StreamConfig): Promise<StreamInfo | undefined> {
    return await this.#ask<StreamInfo>(`STREAM.UPDATE.${config.name}`, config, streamNotFound);
  }

  /** Forgets all but the newest messages. */
  async trim(name: string, keep: number): Promise<void> {
    await this.#ask(`STREAM.PURGE.${name}`, { keep }, streamNotFound);
  }

  async delete(name: string): Promise<void> {
    await this.#ask(`STREAM.DELETE.${name}`, {}, streamNotFound);
  }

  /** Streams with a subject that this one (a wildcard) includes; a page that begins with number `offset`. */
  async list(subject: string, offset: number): Promise<{ total: number; streams: readonly StreamInfo[] }> {
    const page = await this.#ask<{ total?: number; streams?: readonly StreamInfo[] | null }>("STREAM.LIST", {
      subject,
      offset,
    });
    return { total: page?.total ?? 0, streams: page?.streams ?? [] };
  }

  /** A message of a stream, or undefined when it is not there. */
  async get(
    name: string,
    which: { seq: number } | { last_by_subj: string },
  ): Promise<NatsMessage | undefined> {
    const message = await this.#request(`$JS.API.DIRECT.GET.${name}`, JSON.stringify(which));
    // Messages have no status; 404: there is none, 408: the request was not understood.
    const code = message.headers?.code ?? 0;
    if (code === 404) return undefined;
    if (code !== 0) throw new BusError("unavailable", `JetStream answers ${code} to reading ${name}`);
    return message;
  }

  /** Adds a message, and resolves with its sequence; undefined when the stream is full and takes none. Rejects as it came when no stream has this subject. */
  async add(subject: string, payload: Uint8Array): Promise<number | undefined> {
    const { data } = await this.#connection.request(subject, payload, { timeout: patience });
    return resultOf<{ seq: number }>(data, full)?.seq;
  }

  async #ask<Result>(what: string, body: object, expected?: number): Promise<Result | undefined> {
    const { data } = await this.#request(`$JS.API.${what}`, JSON.stringify(body));
    return resultOf<Result>(data, expected);
  }

  async #request(subject: string, body: string): Promise<NatsMessage> {
    try {
      return await this.#connection.request(subject, body, { timeout: patience });
    } catch (error) {
      if (!isUnanswered(error)) throw failureOf(error);
      if (this.#connection.info?.jetstream === true) {
        throw new BusError("unavailable", "JetStream does not answer now", { cause: error });
      }
      throw new BusError(
        "refused",
        "this NATS server has no JetStream, which histories need: start it with -js",
        {
          cause: error,
        },
      );
    }
  }
}

/** What an answer says; undefined for the error that was expected. */
function resultOf<Result>(data: Uint8Array, expected: number | undefined): Result | undefined {
  const answer = JSON.parse(decoder.decode(data)) as Result & { error?: Failure };
  const { error } = answer;
  if (error === undefined) return answer;
  if (error.err_code === expected && expected !== undefined) return undefined;
  const mayPass = (error.code === 503 && !notEnabled.has(error.err_code)) || error.err_code === noPeers;
  const code = mayPass ? "unavailable" : "refused";
  throw new BusError(code, `JetStream: ${error.description ?? error.code}`, { cause: error });
}
