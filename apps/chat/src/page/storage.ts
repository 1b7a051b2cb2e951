import type { Identity, UnsentStore } from "../client/chat-client.ts";
import type { Unsent } from "../client/outbox.ts";
import { colours, isNick } from "../protocol/fields.ts";
import { isRoomName } from "../protocol/room-name.ts";

const identityKey = "exws-chat-identity";
const roomsKey = "exws-chat-rooms";

/** What the browser keeps, as JSON. It may be anything, or nothing, or forbidden. */
function read(storage: "localStorage" | "sessionStorage", key: string): unknown {
  try {
    return JSON.parse(window[storage].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(storage: "localStorage" | "sessionStorage", key: string, value: unknown): void {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // It is full or forbidden: then the page forgets when it is closed, and works all the same.
  }
}

/** Who somebody was the last time, on this page or another tab of it. */
export function loadIdentity(): Identity | undefined {
  const { key, nick, colour } = (read("localStorage", identityKey) ?? {}) as Partial<Record<string, unknown>>;
  if (typeof key !== "string" || !/^[\w-]{16,64}$/.test(key)) return undefined;
  if (typeof nick !== "string" || !isNick(nick)) return undefined;
  const known = Number.isInteger(colour) && (colour as number) >= 0 && (colour as number) < colours;
  return { key, nick, colour: known ? (colour as number) : 0 };
}

/** Remembers who somebody is, for all tabs. */
export function saveIdentity(identity: Identity): void {
  write("localStorage", identityKey, identity);
}

/** Calls when another tab has saved an identity. */
export function onIdentity(listener: (identity: Identity) => void): void {
  addEventListener("storage", ({ key }) => {
    const identity = key === identityKey ? loadIdentity() : undefined;
    if (identity !== undefined) listener(identity);
  });
}

/** The rooms that somebody was in. */
export function loadRooms(): string[] {
  const rooms = read("localStorage", roomsKey);
  if (!Array.isArray(rooms)) return [];
  return rooms.filter((name): name is string => typeof name === "string" && isRoomName(name)).slice(0, 10);
}

/** Remembers the rooms that somebody is in. */
export function saveRooms(rooms: readonly string[]): void {
  write("localStorage", roomsKey, rooms);
}

/** What is not sent yet lives as long as the tab: a message is not sent by another one. */
export const unsentStore: UnsentStore = {
  load(room) {
    const entries = read("sessionStorage", `exws-chat-unsent-${room}`);
    return Array.isArray(entries) ? entries.filter(isUnsent) : [];
  },
  save: (room, entries) => write("sessionStorage", `exws-chat-unsent-${room}`, entries),
};

function isUnsent(value: unknown): value is Unsent {
  const { id, text, at, state } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    typeof id === "string" &&
    typeof text === "string" &&
    typeof at === "number" &&
    (state === "waiting" || state === "sent" || state === "refused")
  );
}
