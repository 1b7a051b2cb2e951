import { BusError, type LogBounds, type Position } from "@exws/channels";
import { type Deferred, deferred } from "./deferred.ts";
import { failureOf, isUnanswered } from "./failure.ts";
import type { StreamApi } from "./stream-api.ts";
import type { TopicStream } from "./topic-stream.ts";

/** How often a stream may turn out to be gone before an entry is given up. */
const patience = 3;

type Pending = {
  readonly entry: Uint8Array;
  readonly bounds: LogBounds;
  readonly result: Deferred<Position>;
  tries: number;
};

/**
 * Entries on their way into the log of one topic. They are sent without waiting for each other, and keep their order: when the
 * stream turns out to be gone, nothing more is sent until all that were on their way have come back.
 */
export class AppendQueue {
  readonly #api: StreamApi;
  readonly #find: (bounds: LogBounds) => Promise<TopicStream>;
  /** In the order in which they came, as are the others. */
  #unsent = new Set<Pending>();
  readonly #sent = new Set<Pending>();
  readonly #returned = new Set<Pending>();
  #stream: TopicStream | undefined;
  #bounds: LogBounds | undefined;
  /** Bytes that were sent since the stream was looked at, which keeps it short. */
  #bytes = 0;
  #state: "sending" | "finding" | "gone" = "sending";

  constructor(api: StreamApi, find: (bounds: LogBounds) => Promise<TopicStream>) {
    this.#api = api;
    this.#find = find;
  }

  get isEmpty(): boolean {
    return this.#unsent.size + this.#sent.size + this.#returned.size === 0;
  }

  append(entry: Uint8Array, bounds: LogBounds): Promise<Position> {
    const pending: Pending = { entry, bounds, result: deferred(), tries: 0 };
    this.#unsent.add(pending);
    this.#send();
    return pending.result.promise;
  }

  /** Gives up all that waits. */
  close(error: BusError): void {
    for (const some of [this.#returned, this.#sent, this.#unsent]) {
      for (const { result } of some) result.reject(error);
      some.clear();
    }
  }

  #send(): void {
    if (this.#state !== "sending") return;
    for (const pending of this.#unsent) {
      const { bounds } = pending;
      if (this.#stream === undefined || !this.#isBound(bounds)) {
        void this.#look(bounds);
        return;
      }
      this.#bytes += pending.entry.length;
      this.#unsent.delete(pending);
      this.#sent.add(pending);
      void this.#add(pending, this.#stream);
    }
  }

  /** Whether the stream keeps what these bounds say, and need not be looked at again. */
  #isBound({ count, bytes, age, keep }: LogBounds): boolean {
    const now = this.#bounds;
    const isSame = now?.count === count && now.bytes === bytes && now.age === age && now.keep === keep;
    return isSame && this.#bytes <= bytes;
  }

  async #look(bounds: LogBounds): Promise<void> {
    this.#state = "finding";
    try {
      this.#stream = await this.#find(bounds);
      this.#bounds = bounds;
      this.#bytes = 0;
    } catch (error) {
      const failure = failureOf(error);
      for (const { result } of this.#unsent) result.reject(failure);
      this.#unsent.clear();
    }
    this.#state = "sending";
    this.#settle();
    this.#send();
  }

  async #add(pending: Pending, { subject, start, position: { epoch } }: TopicStream): Promise<void> {
    try {
      const sequence = await this.#api.add(subject, pending.entry);
      if (sequence === undefined) throw new BusError("refused", "the stream takes no more entries");
      pending.result.resolve({ epoch, offset: sequence - start });
    } catch (error) {
      if (isUnanswered(error) && ++pending.tries < patience) this.#returned.add(pending);
      else pending.result.reject(failureOf(error));
    }
    this.#sent.delete(pending);
    this.#settle();
    this.#send();
  }

  /** Nothing is sent on a stream that is gone; when all have come back, they are the first again. */
  #settle(): void {
    if (this.#returned.size === 0 || this.#state === "finding") return;
    this.#state = "gone";
    if (this.#sent.size > 0) return;
    this.#unsent = new Set([...this.#returned, ...this.#unsent]);
    this.#returned.clear();
    this.#stream = undefined;
    this.#state = "sending";
  }
}
