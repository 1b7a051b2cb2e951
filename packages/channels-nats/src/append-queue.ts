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
  isSent: boolean;
  tries: number;
};

/**
 * Entries on their way into the log of one topic. They are sent without waiting for each other, and keep their order: when the
 * stream turns out to be gone, nothing more is sent until all that were on their way have come back.
 */
export class AppendQueue {
  readonly #api: StreamApi;
  readonly #find: (bounds: LogBounds) => Promise<TopicStream>;
  readonly #queue = new Set<Pending>();
  #stream: TopicStream | undefined;
  #bounds: LogBounds | undefined;
  /** Bytes that were sent since the stream was looked at, which keeps it short. */
  #bytes = 0;
  #state: "sending" | "finding" | "gone" = "sending";
  #sent = 0;

  constructor(api: StreamApi, find: (bounds: LogBounds) => Promise<TopicStream>) {
    this.#api = api;
    this.#find = find;
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  append(entry: Uint8Array, bounds: LogBounds): Promise<Position> {
    const pending: Pending = { entry, bounds, result: deferred(), isSent: false, tries: 0 };
    this.#queue.add(pending);
    this.#send();
    return pending.result.promise;
  }

  /** Gives up all that waits. */
  close(error: BusError): void {
    for (const { result } of this.#queue) result.reject(error);
    this.#queue.clear();
  }

  #send(): void {
    if (this.#state !== "sending") return;
    for (const pending of this.#queue) {
      if (pending.isSent) continue;
      const { bounds } = pending;
      if (this.#stream === undefined || !this.#isBound(bounds)) {
        void this.#look(bounds);
        return;
      }
      this.#bytes += pending.entry.length;
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
      for (const pending of [...this.#queue]) if (!pending.isSent) this.#fail(pending, failure);
    }
    this.#state = "sending";
    this.#send();
  }

  async #add(pending: Pending, { subject, position: { epoch } }: TopicStream): Promise<void> {
    pending.isSent = true;
    this.#sent++;
    try {
      const offset = await this.#api.add(subject, pending.entry);
      if (offset === undefined) throw new BusError("refused", "the stream takes no more entries");
      this.#queue.delete(pending);
      pending.result.resolve({ epoch, offset });
    } catch (error) {
      if (isUnanswered(error) && ++pending.tries < patience) this.#state = "gone";
      else this.#fail(pending, failureOf(error));
    }
    this.#sent--;
    if (this.#state === "gone" && this.#sent === 0) {
      for (const each of this.#queue) each.isSent = false;
      this.#stream = undefined;
      this.#state = "sending";
      this.#send();
    }
  }

  #fail(pending: Pending, error: BusError): void {
    this.#queue.delete(pending);
    pending.result.reject(error);
  }
}
