import type { PreparedMessage } from "@exws/frame";
import type { BroadcastResult } from "../broadcast-result.ts";
import type { BusError } from "../bus-error.ts";
import type { Position } from "../history.ts";
import type { Selection } from "../selection.ts";

/** A broadcast of this node in a channel with history. */
export type Own = {
  /** The number that its entry has. */
  readonly number: number;
  readonly message: PreparedMessage;
  readonly selection: Selection;
  readonly result: BroadcastResult;
  /** Where it is in the log; the error if it is not; `undefined` as long as that is open. */
  outcome: Position | BusError | undefined;
  /** It may have been appended although it failed. */
  isDoubtful: boolean;
  /** It has come from the log, and was given to members. */
  hasPassed: boolean;
};

/** Who gives own members what does not come from the log. */
export interface OwnBroadcastsOwner {
  /** Gives a broadcast to own members. `isLogged`: it is in the log, and waits for something before it. */
  give(own: Own, isLogged: boolean): void;
  /** The sequence of the next who joins. */
  end(): number;
}

/** Broadcasts that were given although they are, or may be, in the log: so many are remembered, which is far more than may wait. */
const givenLimit = 10_000;

/** The broadcasts of this node in one channel, until own members have been given them: from the log, or without it. */
export class OwnBroadcasts {
  readonly #owner: OwnBroadcastsOwner;
  /** Those whose outcome is open, or that wait for one before them, in order. */
  readonly #queue: Own[] = [];
  /** Those that members have not been given. */
  readonly #open = new Map<number, Own>();
  /** Those that were given without the log, and who joins later has not: the sequence of the next at that time. */
  readonly #given = new Map<number, number>();
  #bytes = 0;

  constructor(owner: OwnBroadcastsOwner) {
    this.#owner = owner;
  }

  /** How many wait for the log, and the bytes of their messages. */
  get backlog(): { readonly length: number; readonly bytes: number } {
    return { length: this.#queue.length, bytes: this.#bytes };
  }

  /** There is another. */
  add(number: number, message: PreparedMessage, selection: Selection, result: BroadcastResult): Own {
    const state = { outcome: undefined, isDoubtful: false, hasPassed: false };
    const own: Own = { number, message, selection, result, ...state };
    this.#queue.push(own);
    this.#open.set(number, own);
    this.#bytes += message.bytes.length;
    return own;
  }

  /**
   * It is known what has become of one; `isDoubtful` says that it may be in the log although it failed. What is not in the log is
   * given to own members, behind those before it.
   */
  settle(own: Own, outcome: Position | BusError, isDoubtful: boolean): void {
    own.outcome = outcome;
    own.isDoubtful = isDoubtful;
    while (this.#queue[0]?.outcome !== undefined) {
      const first = this.#queue.shift()!;
      this.#bytes -= first.message.bytes.length;
      if (first.outcome instanceof Error && !first.hasPassed) this.#giveUpTo(first);
    }
  }

  /** An entry of this node has come from the log: the broadcast, if members have not been given it. */
  pass(number: number, position: Position): Own | undefined {
    const own = this.#open.get(number);
    if (own === undefined) return undefined;
    this.#open.delete(number);
    own.hasPassed = true;
    own.result.place(position);
    return own;
  }

  /** Of an entry of this node that was given without the log: who joined before this sequence has it. Asked once. */
  takeGiven(number: number): number | undefined {
    const end = this.#given.get(number);
    this.#given.delete(number);
    return end;
  }

  /** Those up to a place of the log that have not come from it never will: it has forgotten them. */
  forget({ epoch, offset }: Position): void {
    for (const [number, { outcome, result }] of this.#open) {
      if (outcome === undefined || outcome instanceof Error) continue;
      if (outcome.epoch === epoch && outcome.offset > offset) continue;
      this.#open.delete(number);
      result.finish();
    }
  }

  /** Nobody is left who was given anything. */
  empty(): void {
    this.#given.clear();
  }

  /** There is nobody to give anything to. */
  end(): void {
    for (const { result } of this.#open.values()) result.finish();
    this.#open.clear();
  }

  /** Gives one, and before it those that are in the log and wait for another's: the order of this node holds. */
  #giveUpTo(own: Own): void {
    for (const earlier of [...this.#open.values()]) {
      const { number, outcome } = earlier;
      if (number < own.number && outcome !== undefined && !(outcome instanceof Error))
        this.#give(earlier, true);
    }
    this.#give(own, false);
  }

  #give(own: Own, isLogged: boolean): void {
    this.#open.delete(own.number);
    if (own.isDoubtful || isLogged) this.#given.set(own.number, this.#owner.end());
    if (this.#given.size > givenLimit) this.#given.delete(this.#given.keys().next().value!);
    this.#owner.give(own, isLogged);
  }
}
