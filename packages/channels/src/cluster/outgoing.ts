import type { Place } from "./envelope.ts";
import type { Stream } from "./kind.ts";
import { encodeTail } from "./tail.ts";

type Topic = {
  readonly round: number;
  readonly began: number;
  messages: number;
  presence: number;
  /** When it was spoken on last. */
  last: number;
};

/** A tail that is due. */
export type DueTail = { readonly topic: string; readonly place: Place; readonly body: Uint8Array };

/**
 * Topics that a node knows its numbers of; over it the one it has known longest begins a new round, behind its tail. While no tail
 * can be told there are at most twice as many.
 */
const limit = 65_536;

/** Tails that are told at a time. */
const tailsAtOnce = 2000;

/** The numbers of what a node says, per topic, and which topics have gone quiet since. Time is an argument. */
export class Outgoing {
  readonly #topics = new Map<string, Topic>();
  /** Those that have said more than their last tail told. */
  readonly #untold = new Set<string>();
  #rounds = 0;

  /** The place of what is said next on a topic. */
  next(topic: string, stream: Stream, now: number): Place {
    let state = this.#topics.get(topic);
    if (state === undefined) {
      state = { round: ++this.#rounds, began: now, messages: 0, presence: 0, last: now };
      this.#topics.set(topic, state);
      if (this.#topics.size > 2 * limit) this.#forget(this.#topics.keys().next().value!);
    }
    state.last = now;
    this.#untold.add(topic);
    return { round: state.round, age: age(state, now), sequence: ++state[stream] };
  }

  /** The tails of topics that were quiet for so long and have not told it, or that must make room. */
  due(quiet: number, now: number): DueTail[] {
    const tails: DueTail[] = [];
    for (const topic of this.#untold) {
      if (tails.length >= tailsAtOnce) break;
      if (now - this.#topics.get(topic)!.last < quiet) continue;
      this.#untold.delete(topic);
      tails.push(this.#tail(topic, now));
    }
    if (this.#topics.size <= limit) return tails;
    for (const topic of this.#topics.keys()) {
      if (this.#topics.size <= limit) break;
      if (this.#untold.delete(topic)) tails.push(this.#tail(topic, now));
      this.#topics.delete(topic);
    }
    return tails;
  }

  /** A tail was not heard, perhaps: it is due again. */
  retell(topic: string): void {
    if (this.#topics.has(topic)) this.#untold.add(topic);
  }

  /** Somebody may have missed anything: all tails are due again. */
  retellAll(): void {
    for (const topic of this.#topics.keys()) this.#untold.add(topic);
  }

  /** Forgets topics that have told their tail, and were quiet for so long. */
  expire(quiet: number, now: number): void {
    for (const [topic, { last }] of this.#topics) {
      if (now - last >= quiet && !this.#untold.has(topic)) this.#topics.delete(topic);
    }
  }

  #forget(topic: string): void {
    this.#topics.delete(topic);
    this.#untold.delete(topic);
  }

  #tail(topic: string, now: number): DueTail {
    const state = this.#topics.get(topic)!;
    const place = { round: state.round, age: age(state, now), sequence: 0 };
    return { topic, place, body: encodeTail(state) };
  }
}

function age({ began }: Topic, now: number): number {
  return Math.floor(now - began);
}
