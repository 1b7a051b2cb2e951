import { BadMessage, type Fields } from "./fields.ts";

/** Characters of a room's name. */
const maxLength = 32;

const allowed = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;

/** Whether a room may be called so: letters, numbers, "-" and "_", small and composed, so that it is written one way only. */
export function isRoomName(name: string): boolean {
  return allowed.test(name) && [...name].length <= maxLength && name === composed(name);
}

/** Makes a room's name of what somebody typed or linked to: `Dune Sea!` is `dune-sea`. Empty when nothing is left of it. */
export function roomNameOf(typed: string): string {
  const name = composed(typed)
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, "-")
    .replace(/^[^\p{L}\p{N}]+/u, "");
  return [...name].slice(0, maxLength).join("").replace(/-+$/, "");
}

/** The room that a message is about. */
export function roomIn({ room }: Fields): string {
  if (typeof room === "string" && isRoomName(room)) return room;
  throw new BadMessage("room", `room must be 1 to ${maxLength} small letters, numbers, "-" or "_"`);
}

function composed(name: string): string {
  return name.toLowerCase().normalize("NFC");
}
