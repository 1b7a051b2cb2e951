import type { PreparedMessage } from "@exws/frame";
import { History, type Position, type Since } from "../history.ts";
import type { ResolvedHistory } from "../history-options.ts";
import { plain, prepare } from "../message.ts";
import { decodeEntry } from "./log-entry.ts";

/** What a node keeps of the log of a channel: the last messages, as its members were given them. Time is an argument. */
export class KeptHistory {
  readonly #options: ResolvedHistory;
  readonly #report: (error: unknown) => void;
  #history: History;

  /** `report` hears what `stamp` throws. */
  constructor(options: ResolvedHistory, position: Position, report: (error: unknown) => void) {
    this.#options = options;
    this.#report = report;
    this.#history = this.#from(position);
  }

  /** Nothing is kept, and the next message comes behind a place. */
  restart(position: Position): void {
    this.#history = this.#from(position);
  }

  /** Keeps the message at a place; those before it are kept if they are all there up to it. */
  add(message: PreparedMessage, position: Position, now: number): void {
    const { epoch, offset } = this.#history.next;
    if (epoch !== position.epoch || offset !== position.offset) {
      this.restart({ ...position, offset: position.offset - 1 });
    }
    this.#history.add(message, now);
  }

  /** All messages from behind a place, or all, up to `end`; `undefined` when they are not all kept. */
  since(place: Since, now: number, end: Position): PreparedMessage[] | undefined {
    const messages = this.#history.since(place, now);
    const { epoch, offset } = this.#history.position;
    if (epoch !== end.epoch || offset < end.offset) return undefined;
    return messages?.slice(0, within(offset - messages.length, end));
  }

  /** Forgets what is too old. */
  expire(now: number): void {
    this.#history.expire(now);
  }

  /** What members get of a message at a place; `undefined` when `stamp` throws. */
  stamped(message: PreparedMessage, position: Position): PreparedMessage | undefined {
    const { stamp } = this.#options;
    if (stamp === undefined) return message;
    try {
      return prepare(stamp(plain(message), position));
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  /**
   * Makes messages of entries that were read from behind a place, up to `end`: what cannot be read is passed over, as it was for
   * members. `undefined` when `stamp` throws. What is new of them is kept, too, so that it need not be read again: for its age from now.
   * `isOldest` says that the log keeps nothing before them.
   */
  adopt(
    place: Position,
    entries: readonly Uint8Array[],
    end: Position,
    isOldest: boolean,
    now: number,
  ): PreparedMessage[] | undefined {
    const { position } = this.#history;
    const known = entries.slice(0, within(place.offset, position)).map((bytes, i) => {
      const entry = decodeEntry(bytes);
      return entry && this.stamped(entry.message, { epoch: place.epoch, offset: place.offset + 1 + i });
    });
    const missed: PreparedMessage[] = [];
    for (const [i, message] of known.slice(0, within(place.offset, end)).entries()) {
      if (message !== undefined) missed.push(message);
      else if (decodeEntry(entries[i]!) !== undefined) return undefined;
    }
    if (place.epoch === position.epoch) this.#keep(place, known, isOldest, now);
    return missed;
  }

  #keep(
    place: Position,
    messages: readonly (PreparedMessage | undefined)[],
    isOldest: boolean,
    now: number,
  ): void {
    const read = { epoch: place.epoch, offset: place.offset + messages.length };
    const rest = this.#history.since(read, now);
    if (rest === undefined) return;
    const history = this.#from(place, isOldest || undefined);
    for (const message of [...messages, ...rest]) {
      if (message === undefined) return;
      history.add(message, now);
    }
    this.#history = history;
  }

  #from({ epoch, offset }: Position, isWhole?: boolean): History {
    return new History(epoch, this.#options, offset, isWhole);
  }
}

/** How many messages are behind an offset up to an end. */
function within(offset: number, end: Position): number {
  return Math.max(0, end.offset - offset);
}
