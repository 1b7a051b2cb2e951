import {
  type Bus,
  Channels,
  type PreparedMessage,
  type PresenceDiff,
  type Subscriber,
  type WriteResult,
} from "@exws/channels";
import type { Person, Position } from "../protocol/fields.ts";
import type { FromServer } from "../protocol/from-server.ts";

/** The channel of a room. Members without a person are not shown as present. */
export type RoomId = `room:${string}`;

type Types = { [room: RoomId]: { meta: Person | undefined } };

/** The rooms of the chat. */
export type Rooms = Channels<Types>;

/** Messages that are kept of a room: what a whole replay weighs stays below what may wait for a connection (1 MiB). */
const history = { count: 100, bytes: 786_432, age: 24 * 3_600_000 };

/** Rooms that one connection may be in. */
const roomsOfOne = 20;

/** Rooms without anybody whose history is kept: those used longest ago are forgotten. */
const emptyRooms = 1_000;

/** The channel of the room that is called so. */
export function roomId(name: string): RoomId {
  return `room:${name}`;
}

/** How a server is among others: who was on one that died is gone after 6 s. In milliseconds. */
const cluster = { heartbeat: 2_000, ttl: 6_000 };

/**
 * Makes the rooms: each with a history whose messages carry their position, and presence that its members are told of. With a
 * bus they are those of all servers on it; `onBus` is told whether these are heard.
 */
export function openRooms(bus?: Bus, onBus: (state: "up" | "down") => void = () => {}): Rooms {
  const rooms: Rooms = new Channels<Types>({
    limits: { channels: roomsOfOne, histories: emptyRooms },
    history: () => ({ ...history, stamp }),
    presence: {
      key: (_member, person) => person?.id,
      // Each server tells its own: they see the same.
      onChange: (id, diff) => {
        const people = JSON.stringify(peopleMessage(id, diff));
        rooms.broadcast(id, people, { history: false, local: true });
      },
    },
    ...(bus !== undefined && { bus, cluster, onBus: (state: "up" | "down") => onBus(state) }),
  });
  return rooms;
}

/** Puts the position into a message. Another server's may be anything: it goes as it came, and pages ignore what is none. */
export function stamp(data: string | Uint8Array, { epoch, offset }: Position): string | Uint8Array {
  if (typeof data !== "string" || !data.endsWith("}")) return data;
  return `${data.slice(0, -1)},"position":${JSON.stringify({ epoch, offset })}}`;
}

function peopleMessage(id: RoomId, { joined, changed, left }: PresenceDiff<Person | undefined>): FromServer {
  return {
    type: "people",
    room: id.slice("room:".length),
    here: [...joined, ...changed].flatMap(({ meta }) => meta ?? []),
    gone: left.map(({ key }) => `${key}`),
  };
}

/** Hears what a channel replays. */
class Reader implements Subscriber {
  readonly messages: PreparedMessage[] = [];

  write(message: PreparedMessage): WriteResult {
    this.messages.push(message);
    return "sent";
  }

  onClosed(): void {}
}

/** The messages that are kept of a room, oldest first: for who is new there, or cannot have what it missed. */
export async function keptMessages(rooms: Rooms, id: RoomId): Promise<PreparedMessage[]> {
  const reader = new Reader();
  await rooms.join(id, reader, undefined, { since: "oldest" }).done;
  rooms.leave(id, reader);
  return reader.messages;
}
