import type { PreparedMessage } from "@exws/frame";
import { History, type Position } from "../history.ts";
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

  /** All messages behind a place, `undefined` when they are not all kept; up to `end`, if that is given. */
  since(place: Position, now: number, end?: Position): PreparedMessage[] | undefined {
    const messages = this.#history.since(place, now);
    return end === undefined ? messages : messages?.slice(0, Math.max(0, end.offset - place.offset));
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
   */
  adopt(
    place: Position,
    entries: readonly Uint8Array[],
    end: Position,
    now: number,
  ): PreparedMessage[] | undefined {
    const { position } = this.#history;
    const known = entries.slice(0, Math.max(0, position.offset - place.offset)).map((bytes, i) => {
      const entry = decodeEntry(bytes);
      return entry && this.stamped(entry.message, { epoch: place.epoch, offset: place.offset + 1 + i });
    });
    const missed: PreparedMessage[] = [];
    for (const [i, message] of known.slice(0, Math.max(0, end.offset - place.offset)).entries()) {
      if (message !== undefined) missed.push(message);
      else if (decodeEntry(entries[i]!) !== undefined) return undefined;
    }
    if (place.epoch === position.epoch) this.#keep(place, known, now);
    return missed;
  }

  #keep(place: Position, messages: readonly (PreparedMessage | undefined)[], now: number): void {
    const read = { epoch: place.epoch, offset: place.offset + messages.length };
    const rest = this.#history.since(read, now);
    if (rest === undefined) return;
    const history = this.#from(place);
    for (const message of [...messages, ...rest]) {
      if (message === undefined) return;
      history.add(message, now);
    }
    this.#history = history;
  }

  #from({ epoch, offset }: Position): History {
    return new History(epoch, this.#options, offset);
  }
}
