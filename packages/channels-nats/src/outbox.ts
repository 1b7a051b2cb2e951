import { BusError } from "@exws/channels";
import { type Deferred, deferred } from "./deferred.ts";
import { failureOf } from "./failure.ts";
import type { Session } from "./session.ts";

/** What one message costs besides its payload: so that empty ones are bounded, too. */
const overhead = 128;

/** Bytes after which the server is asked without waiting for the end of the turn: each answer is a sign of life. */
const batchBytes = 262_144;

/** Messages that the server confirms together: those of one turn of the event loop. */
class Batch {
  readonly refused = new Set<string>();
  bytes = 0;
  readonly #settled: Deferred<void> = deferred();
  readonly #confirm: () => Promise<void>;
  #isStarted = false;

  constructor(confirm: () => Promise<void>) {
    this.#confirm = confirm;
  }

  /** Settles with the server's answer. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Asks the server; what comes later is of another batch. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#confirm().then(this.#settled.resolve, this.#settled.reject);
  }
}

/**
 * What was handed to the connection and is not confirmed yet: bounded in bytes. NATS does not answer to a message, but it deals
 * with all in their order, so that one question behind the messages of a turn is answered when they all have arrived.
 */
export class Outbox {
  readonly #session: Session;
  readonly #most: number;
  readonly #mark: { reply: string };
  readonly #unconfirmed = new Set<Batch>();
  #batch: Batch | undefined;
  #bytes = 0;

  /** `mark` stands on each message, and tells this connection from others. */
  constructor(session: Session, maxPending: number, mark: string) {
    this.#session = session;
    this.#mark = { reply: mark };
    this.#most = maxPending;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sends a message; resolves when the server has it. */
  async publish(subject: string, payload: Uint8Array): Promise<void> {
    const size = payload.length + subject.length + overhead;
    this.take(size);
    try {
      this.#session.connection.publish(subject, payload, this.#mark);
    } catch (error) {
      this.give(size);
      throw failureOf(error);
    }
    this.#batch ??= this.#begin();
    const batch = this.#batch;
    batch.bytes += size;
    if (batch.bytes >= batchBytes) this.#start(batch);
    await batch.settled;
    if (batch.refused.has(subject))
      throw new BusError("refused", `NATS does not let us publish on ${subject}`);
  }

  /** Counts what waits elsewhere: entries of logs. Throws `overloaded` when it is too much. */
  take(size: number): void {
    // One message goes whatever its size: it is bounded by max_payload.
    if (this.#bytes > 0 && this.#bytes + size > this.#most) {
      throw new BusError("overloaded", `more than ${this.#most} bytes wait for NATS`);
    }
    this.#bytes += size;
  }

  give(size: number): void {
    this.#bytes -= size;
  }

  /** The server did not take what was published on a subject. */
  refuse(subject: string): void {
    for (const batch of this.#unconfirmed) batch.refused.add(subject);
  }

  #begin(): Batch {
    const batch = new Batch(() => this.#session.confirm());
    this.#unconfirmed.add(batch);
    const settle = (): void => {
      this.#unconfirmed.delete(batch);
      this.#bytes -= batch.bytes;
    };
    batch.settled.then(settle, settle);
    setImmediate(() => this.#start(batch));
    return batch;
  }

  #start(batch: Batch): void {
    if (this.#batch === batch) this.#batch = undefined;
    batch.start();
  }
}
