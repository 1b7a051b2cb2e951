import type { Position } from "../protocol/fields.ts";
import type { Said } from "../protocol/from-server.ts";

/** Messages that are kept of a room. */
const most = 500;

/**
 * What lies before a message: the room's `start`, `older` messages that nobody keeps, or a `gap`, where messages may be missing.
 * Nothing when it is the message before.
 */
export type Before = "start" | "older" | "gap" | undefined;

/**
 * What was said in a room, in order, each message once. Messages come one by one, or again and out of order when the page
 * comes back: their positions say where they belong, and where some are missing.
 */
export class Timeline {
  #messages: Said[] = [];
  #known = new Set<string>();
  /** Places of messages that were here already: they were sent twice. */
  #twice = new Set<string>();
  #position: Position | undefined;

  /** All that is kept, in order. */
  get messages(): readonly Said[] {
    return this.#messages;
  }

  /** Where the room is as far as is known here: to be told when joining again. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The room is there now, and everything before it has come or is lost. */
  advance(position: Position): void {
    const known = this.#position;
    if (known?.epoch !== position.epoch || known.offset < position.offset) this.#position = position;
  }

  /** Adds a message where it belongs; tells whether it is new. */
  add(message: Said): boolean {
    this.advance(message.position);
    const key = keyOf(message);
    if (this.#known.has(key)) {
      this.#twice.add(placeOf(message.position));
      return false;
    }
    this.#known.add(key);
    this.#messages.splice(this.#placeOf(message.position), 0, message);
    while (this.#messages.length > most) this.#known.delete(keyOf(this.#messages.shift()!));
    return true;
  }

  /** What lies before the message at `index`; with the index behind the last one, before the next that is to come. */
  before(index: number): Before {
    const at = this.#messages[index]?.position ?? next(this.#position);
    const last = this.#messages[index - 1]?.position;
    if (at === undefined) return undefined;
    if (last === undefined) return this.#follows({ epoch: at.epoch, offset: 0 }, at) ? "start" : "older";
    return this.#follows(last, at) ? undefined : "gap";
  }

  #follows({ epoch, offset }: Position, at: Position): boolean {
    if (epoch !== at.epoch) return false;
    let following = offset + 1;
    while (this.#twice.has(placeOf({ epoch, offset: following }))) following++;
    return following >= at.offset;
  }

  /** Behind everything of its history that came before it, in front of what came after: else at the end. */
  #placeOf({ epoch, offset }: Position): number {
    const later = this.#messages.findIndex(
      ({ position }) => position.epoch === epoch && position.offset > offset,
    );
    return later < 0 ? this.#messages.length : later;
  }
}

/** The key of a message: the same, however often it was sent. */
export function keyOf({ person, id }: Said): string {
  return `${person.id}/${id}`;
}

function next(position: Position | undefined): Position | undefined {
  return position && { epoch: position.epoch, offset: position.offset + 1 };
}

function placeOf({ epoch, offset }: Position): string {
  return `${offset}/${epoch}`;
}
