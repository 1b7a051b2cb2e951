import { fits } from "../channel-id.ts";
import { hasPrototypes } from "./json.ts";
import type { Share } from "./person-share.ts";

/** A person and what the node has of it; `undefined` when it is not there (any more). */
export type Entry = readonly [key: string, share: Share | undefined];

/**
 * A channel that the sender has members in: at which version it knows the people of the receiver (0: it knows none, `undefined`:
 * not well enough), and its own version, 0 when it has nobody there. Who is behind, gets or asks for a snapshot.
 */
export type Comparison = readonly [id: string, yours: number | undefined, mine: number];

/** Everybody whom a node has in a channel, at a version. */
export type State = { readonly id: string; readonly version: number; readonly people: readonly Entry[] };

/**
 * What nodes tell each other of who is there.
 *
 * A node counts all changes of its people, in all channels, with one number: the version. That of a channel is the one of its last
 * change.
 */
export type PresenceMessage =
  /** On the channel: these have changed, since the version `prev`. 0: nobody was there before. */
  | {
      readonly type: "delta";
      readonly prev: number;
      readonly version: number;
      readonly people: readonly Entry[];
    }
  /** On the channel: nothing has changed since that version. */
  | { readonly type: "tail"; readonly version: number }
  /** On the channel: who has people there, tells the sender. */
  | { readonly type: "ask" }
  /** To a node: what logical time it is, and where the sender is, channel by channel. */
  | { readonly type: "compare"; readonly time: number; readonly channels: readonly Comparison[] }
  /** To a node: everybody who is in each of some channels. */
  | { readonly type: "states"; readonly states: readonly State[] }
  /** To a node: one part of everybody who is in a channel with many people. */
  | (State & { readonly type: "snapshot"; readonly part: number; readonly parts: number });

/** What is believed of other nodes' people, who may have more where limits differ: what exceeds them is left out. Bytes are of UTF-8. */
export type PresenceBounds = { readonly keyBytes: number; readonly metaBytes: number };

/** Bytes that a message takes besides its entries, at most, without the id of a channel. */
const overhead = 200;
const partsLimit = 10_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The message as bytes. */
export function encodePresence(message: PresenceMessage): Uint8Array {
  return encoder.encode(JSON.stringify(toJson(message)));
}

/** The message, or `undefined` for what is none: it comes from whoever can publish. */
export function decodePresence(bytes: Uint8Array, bounds: PresenceBounds): PresenceMessage | undefined {
  try {
    return fromJson(JSON.parse(decoder.decode(bytes), withoutPrototypes), bounds);
  } catch {
    return undefined;
  }
}

/**
 * Octets that an entry takes in a message; Infinity for what cannot be told: meta that was JSON when its member came may have been
 * changed since.
 */
export function entryBytes(entry: Entry): number {
  try {
    const json = JSON.stringify(entryToJson(entry));
    return hasPrototypes(json) ? Number.POSITIVE_INFINITY : encoder.encode(json).length + 1;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Octets that a state takes in a message. */
export function stateBytes(state: State): number {
  return jsonBytes(stateToJson(state)) + 1;
}

/** Octets that something takes as JSON. */
export function jsonBytes(json: unknown): number {
  return encoder.encode(JSON.stringify(json)).length;
}

/**
 * Cuts a list into parts whose messages have at most `limit` octets each, given the length of an item; always one part at least.
 * Items that are longer by themselves are left out, and given to `onTooLong`.
 */
export function inParts<Item>(
  items: Iterable<Item>,
  limit: number,
  lengthOf: (item: Item) => number,
  onTooLong?: (item: Item) => void,
): Item[][] {
  let part: Item[] = [];
  const parts = [part];
  let length = overhead;
  for (const item of items) {
    const more = lengthOf(item);
    if (overhead + more > limit) {
      onTooLong?.(item);
      continue;
    }
    if (length + more > limit) {
      part = [];
      parts.push(part);
      length = overhead;
    }
    part.push(item);
    length += more;
  }
  return parts;
}

function toJson(message: PresenceMessage): unknown {
  switch (message.type) {
    case "delta":
      return ["delta", message.prev, message.version, message.people.map(entryToJson)];
    case "tail":
      return ["tail", message.version];
    case "ask":
      return ["ask"];
    case "compare":
      return ["compare", message.time, message.channels];
    case "states":
      return ["states", message.states.map(stateToJson)];
    case "snapshot": {
      const { id, version, part, parts, people } = message;
      return ["snapshot", id, version, part, parts, people.map(entryToJson)];
    }
  }
}

function stateToJson({ id, version, people }: State): unknown {
  return [id, version, people.map(entryToJson)];
}

function entryToJson([key, share]: Entry): unknown {
  if (share === undefined) return [key];
  const { connections, since, replaced, meta } = share;
  return meta === undefined ? [key, connections, since, replaced] : [key, connections, since, replaced, meta];
}

function fromJson(json: unknown, bounds: PresenceBounds): PresenceMessage | undefined {
  const [type, ...rest] = list(json);
  switch (type) {
    case "delta": {
      const [prev, version, people] = rest;
      return { type, prev: whole(prev), version: positive(version), people: entries(people, bounds) };
    }
    case "tail":
      return { type, version: positive(rest[0]) };
    case "ask":
      return { type };
    case "compare":
      return { type, time: whole(rest[0]), channels: list(rest[1]).map(comparison) };
    case "states":
      return { type, states: list(rest[0]).map((state) => stateOf(state, bounds)) };
    case "snapshot": {
      const [id, version, part, parts, people] = rest;
      if (whole(part) >= whole(parts) || whole(parts) > partsLimit) throw malformed;
      return { type, part: whole(part), parts: whole(parts), ...stateOf([id, version, people], bounds) };
    }
    default:
      return undefined;
  }
}

const malformed = new TypeError("Malformed");

function entries(json: unknown, { keyBytes, metaBytes }: PresenceBounds): Entry[] {
  return list(json).flatMap((entry): Entry[] => {
    const { 0: key, 1: connections, 2: since, 3: replaced, 4: meta, length } = list(entry);
    if (!fits(string(key), keyBytes)) return [];
    if (length === 1) return [[string(key), undefined]];
    const share = {
      meta: meta === undefined || fits(JSON.stringify(meta), metaBytes) ? meta : undefined,
      connections: positive(connections),
      since: positive(since),
      replaced: whole(replaced),
    };
    return [[string(key), share]];
  });
}

function stateOf(json: unknown, bounds: PresenceBounds): State {
  const [id, version, people] = list(json);
  return { id: string(id), version: whole(version), people: entries(people, bounds) };
}

function comparison(json: unknown): Comparison {
  const [id, yours, mine] = list(json);
  return [string(id), yours === null ? undefined : whole(yours), whole(mine)];
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed;
}

function string(value: unknown): string {
  if (typeof value === "string") return value;
  throw malformed;
}

function whole(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed;
}

function positive(value: unknown): number {
  if (whole(value) > 0) return value as number;
  throw malformed;
}

/** A key that the application would take for the prototype of an object makes the whole message malformed. */
function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === "__proto__") throw malformed;
  return value;
}
