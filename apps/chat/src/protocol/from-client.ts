import {
  BadMessage,
  checkNames,
  colours,
  type Fields,
  fieldsOf,
  nickIn,
  numberIn,
  type Position,
  positionIn,
  stringIn,
  textIn,
} from "./fields.ts";
import { isRoomName, roomIn } from "./room-name.ts";

/**
 * What a client sends.
 *
 * - `hello`: who is there; the first message, and again to be called otherwise. `key` is the person's secret.
 * - `join`, `leave`: a room. `since` is where the client was before.
 * - `say`: to a room; comes back with the client's own `id` when it has been said.
 * - `typing`: shown to others for some seconds. `ping`: answered by `pong`.
 */
export type FromClient =
  | { type: "hello"; key: string; nick: string; colour: number }
  | { type: "join"; room: string; since?: Position }
  | { type: "leave"; room: string }
  | { type: "say"; room: string; id: string; text: string }
  | { type: "typing"; room: string }
  | { type: "ping" };

/** A client's own id of a message. */
export const idPattern = /^[\w-]{1,32}$/;

const readers: Readonly<Record<FromClient["type"], (fields: Fields) => FromClient>> = {
  hello(fields) {
    checkNames(fields, ["key", "nick", "colour"]);
    return {
      type: "hello",
      key: stringIn(fields, "key", /^[\w-]{16,64}$/),
      nick: nickIn(fields),
      colour: numberIn(fields, "colour", 0, colours - 1),
    };
  },
  join(fields) {
    checkNames(fields, ["room", "since"]);
    const room = roomIn(fields);
    if (fields["since"] === undefined) return { type: "join", room };
    return { type: "join", room, since: positionIn(fields, "since") };
  },
  leave(fields) {
    checkNames(fields, ["room"]);
    return { type: "leave", room: roomIn(fields) };
  },
  say(fields) {
    checkNames(fields, ["room", "id", "text"]);
    return {
      type: "say",
      room: roomIn(fields),
      id: stringIn(fields, "id", idPattern),
      text: textIn(fields),
    };
  },
  typing(fields) {
    checkNames(fields, ["room"]);
    return { type: "typing", room: roomIn(fields) };
  },
  ping(fields) {
    checkNames(fields, []);
    return { type: "ping" };
  },
};

/** Reads a message of a client, every field of it checked. Never throws: what is wrong is returned. */
export function parseFromClient(data: unknown): FromClient | BadMessage {
  let fields: Fields = {};
  try {
    fields = fieldsOf(data);
    const { type } = fields;
    if (typeof type !== "string" || !Object.hasOwn(readers, type)) {
      throw new BadMessage("type", `type must be one of ${Object.keys(readers).join(", ")}`);
    }
    return readers[type as FromClient["type"]](fields);
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    const { room, id } = fields;
    error.about = {
      ...(typeof room === "string" && isRoomName(room) && { room }),
      ...(typeof id === "string" && idPattern.test(id) && { id }),
    };
    return error;
  }
}
