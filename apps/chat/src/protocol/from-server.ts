import {
  BadMessage,
  type Fields,
  fieldsOf,
  numberIn,
  objectIn,
  oneIn,
  type Person,
  type Position,
  personIn,
  positionIn,
  stringIn,
  textIn,
} from "./fields.ts";
import { idPattern } from "./from-client.ts";
import { roomIn } from "./room-name.ts";

/** Whether the server has others beside it, and hears them. */
export type ClusterState = "alone" | "up" | "down";

/** Why a server did not do what it was asked to. */
export type Refusal =
  | "bad-message"
  | "hello-first"
  | "not-in-room"
  | "too-many-rooms"
  | "too-fast"
  | "not-passed-on";

/** What was said in a room. */
export type Said = {
  readonly type: "said";
  readonly room: string;
  /** The id that the client gave it. Together with the person it names the message, however often it comes. */
  readonly id: string;
  readonly person: Person;
  readonly text: string;
  /** When the server heard it, in milliseconds since 1970. */
  readonly at: number;
  readonly position: Position;
};

/** What a server refused; the fields that are there tell what it is about. */
export type ErrorMessage = {
  readonly type: "error";
  readonly code: Refusal;
  readonly message: string;
  readonly field?: string;
  readonly room?: string;
  readonly id?: string;
  /** Milliseconds after which it may be tried again. */
  readonly retryAfter?: number;
};

/**
 * What a server sends.
 *
 * - `welcome` answers `hello`: the person's id for others, and a name of the server. `cluster`: that has changed.
 * - `joined` answers `join`: who is here, where the room's history is now, and whether all that was missed came (null when no
 *   `since` was given, or it is not known yet). `left` answers `leave`.
 * - `said`, `people` (who is here with which name, and who has gone), `typing`: what happens in a room.
 */
export type FromServer =
  | {
      readonly type: "welcome";
      readonly person: string;
      readonly server: string;
      readonly cluster: ClusterState;
    }
  | { readonly type: "cluster"; readonly state: ClusterState }
  | {
      readonly type: "joined";
      readonly room: string;
      readonly recovered: boolean | null;
      readonly position: Position | null;
      readonly people: readonly Person[];
    }
  | { readonly type: "left"; readonly room: string }
  | Said
  | {
      readonly type: "people";
      readonly room: string;
      readonly here: readonly Person[];
      readonly gone: readonly string[];
    }
  | { readonly type: "typing"; readonly room: string; readonly person: string }
  | ErrorMessage
  | { readonly type: "pong" };

const states = ["alone", "up", "down"] as const;

const refusals = [
  "bad-message",
  "hello-first",
  "not-in-room",
  "too-many-rooms",
  "too-fast",
  "not-passed-on",
] as const;

const personId = /^[\w-]{1,32}$/;

const readers: Readonly<Record<FromServer["type"], (fields: Fields) => FromServer>> = {
  welcome: (fields) => ({
    type: "welcome",
    person: stringIn(fields, "person", personId),
    server: stringIn(fields, "server", /^[\w.-]{1,64}$/),
    cluster: oneIn(fields, "cluster", states),
  }),
  cluster: (fields) => ({ type: "cluster", state: oneIn(fields, "state", states) }),
  joined: (fields) => ({
    type: "joined",
    room: roomIn(fields),
    recovered: typeof fields["recovered"] === "boolean" ? fields["recovered"] : null,
    position: fields["position"] === null ? null : positionIn(fields, "position"),
    people: listIn(fields, "people").map((person) => personIn("people", person)),
  }),
  left: (fields) => ({ type: "left", room: roomIn(fields) }),
  said: (fields) => ({
    type: "said",
    room: roomIn(fields),
    id: stringIn(fields, "id", idPattern),
    person: personIn("person", fields["person"]),
    text: textIn(fields),
    at: numberIn(fields, "at", 0, 8.64e15),
    position: positionIn(fields, "position"),
  }),
  people: (fields) => ({
    type: "people",
    room: roomIn(fields),
    here: listIn(fields, "here").map((person) => personIn("here", person)),
    gone: listIn(fields, "gone").map((id) => stringIn({ gone: id }, "gone", personId)),
  }),
  typing: (fields) => ({
    type: "typing",
    room: roomIn(fields),
    person: stringIn(fields, "person", personId),
  }),
  error(fields) {
    const { message, field, room, id, retryAfter } = fields;
    return {
      type: "error",
      code: oneIn(fields, "code", refusals),
      message: typeof message === "string" ? message.slice(0, 200) : "",
      ...(typeof field === "string" && { field }),
      ...(typeof room === "string" && { room }),
      ...(typeof id === "string" && { id }),
      ...(typeof retryAfter === "number" && { retryAfter }),
    };
  },
  pong: () => ({ type: "pong" }),
};

/**
 * Reads a message of a server. It may have been made by another server, or a later version: fields that are not known are
 * ignored. Never throws: what is wrong is returned.
 */
export function parseFromServer(data: unknown): FromServer | BadMessage {
  try {
    const fields = fieldsOf(data);
    const { type } = objectIn("", fields);
    if (typeof type !== "string" || !Object.hasOwn(readers, type)) {
      throw new BadMessage("type", "unknown type");
    }
    return readers[type as FromServer["type"]](fields);
  } catch (error) {
    if (error instanceof BadMessage) return error;
    throw error;
  }
}

function listIn(fields: Fields, field: string): readonly unknown[] {
  const value = fields[field];
  if (Array.isArray(value)) return value;
  throw new BadMessage(field, `${field} is a list`);
}
