import { encodeFrame, isPrepared, type MessageTransform, Opcode } from "@exws/frame";
import type { Sendable, WriteResult } from "./connection.ts";
import { direct, type Outbox } from "./outbox.ts";

/** Who hears that an extension failed to encode. */
export interface OutgoingTarget {
  onFailure(error: unknown): void;
  /** Nothing is being encoded any more. */
  onEncoded(): void;
}

type Task = { readonly message?: Sendable; readonly action?: () => void; readonly size: number };

/**
 * The way out for messages that an extension encodes. While one is being encoded elsewhere those behind it wait, so that
 * they leave in the order in which they were sent; what waits counts against the outbound bound.
 */
export class Outgoing {
  readonly #transform: MessageTransform;
  readonly #outbox: Outbox;
  readonly #target: OutgoingTarget;
  #tasks: Task[] = [];
  #waiting = 0;
  #pending = false;
  #discarded = false;

  constructor(transform: MessageTransform, outbox: Outbox, target: OutgoingTarget) {
    this.#transform = transform;
    this.#outbox = outbox;
    this.#target = target;
  }

  /** Something is being encoded. */
  get isPending(): boolean {
    return this.#pending;
  }

  /** Bytes of messages that are being encoded or wait for it. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Sends a message, now or behind those before it. */
  send(message: Sendable): WriteResult {
    if (!this.#pending) return this.#encode(message);
    const size = sizeOf(message);
    const verdict = this.#outbox.admit(size, this.#waiting);
    if (verdict !== "sent" && verdict !== "queued") return verdict;
    // As everywhere, only large bytes are used where they are.
    const copy = message instanceof Uint8Array && size < direct;
    this.#add({ message: copy ? new Uint8Array(message) : message, size });
    return verdict;
  }

  /** Does something when everything sent before has been given to the outbox: now, if that is so. */
  afterwards(action: () => void): void {
    if (this.#pending) {
      this.#add({ action, size: 0 });
      return;
    }
    // Messages are left only when the one before them could not be sent: this is the end of the connection.
    const tasks = this.#tasks;
    this.#tasks = [];
    this.#waiting = 0;
    for (const task of tasks) task.action?.();
    action();
  }

  /** Forgets what waits: the socket is lost. */
  discard(): void {
    this.#discarded = true;
    this.#tasks = [];
    this.#waiting = 0;
  }

  #add(task: Task): void {
    this.#tasks.push(task);
    this.#waiting += task.size;
  }

  #encode(message: Sendable): WriteResult {
    const size = sizeOf(message);
    const { threshold, rsv } = this.#transform;
    if (size < threshold) return this.#plain(message);
    if (isPrepared(message)) {
      const frame = this.#transform.encodePrepared(message);
      return this.#settle(frame, message, size, (encoded) => encoded);
    }
    const text = typeof message === "string";
    const payload = text ? Buffer.from(message) : message;
    const opcode = text ? Opcode.Text : Opcode.Binary;
    return this.#settle(this.#transform.encode(payload), message, size, (encoded) =>
      encodeFrame({ rsv, opcode, payload: encoded }),
    );
  }

  #settle(
    result: Uint8Array | undefined | Promise<Uint8Array | undefined>,
    message: Sendable,
    size: number,
    frame: (encoded: Uint8Array) => Uint8Array,
  ): WriteResult {
    const finish = (encoded: Uint8Array | undefined) =>
      encoded === undefined ? this.#plain(message) : this.#outbox.prepared(frame(encoded));
    if (!(result instanceof Promise)) return finish(result);
    this.#pending = true;
    this.#waiting += size;
    result.then(
      (encoded) => this.#next(size, () => finish(encoded)),
      (error: unknown) => this.#next(size, () => this.#target.onFailure(error)),
    );
    return this.#outbox.pressure(this.#waiting);
  }

  #plain(message: Sendable): WriteResult {
    if (typeof message === "string") return this.#outbox.text(message);
    if (isPrepared(message)) return this.#outbox.prepared(message.bytes);
    return this.#outbox.binary(message);
  }

  /** Goes on behind a message that has been encoded. */
  #next(size: number, finish: () => void): void {
    this.#pending = false;
    if (this.#discarded) return;
    this.#waiting -= size;
    finish();
    while (!this.#pending) {
      const task = this.#tasks.shift();
      if (task === undefined) {
        this.#target.onEncoded();
        return;
      }
      this.#waiting -= task.size;
      this.#perform(task);
    }
  }

  #perform({ message, action }: Task): void {
    action?.();
    if (message === undefined) return;
    try {
      this.#encode(message);
    } catch (error) {
      this.#target.onFailure(error);
    }
  }
}

/** The octets of a message's payload; of a string at least. */
function sizeOf(message: Sendable): number {
  return isPrepared(message) ? message.payload.length : message.length;
}
