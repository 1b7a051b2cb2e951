import { config } from "./config.ts";
import { jsonMessage } from "./json-message.ts";

/** What a broadcast sends, as text. */
export const broadcastText: string = config.mode === "broadcast" ? jsonMessage(config.size) : "";

/** The same as bytes. */
export const broadcastBytes: Uint8Array = Buffer.from(broadcastText);

/** How many messages the trigger asks for: its digits. */
export function countOf(trigger: string): number {
  return Math.min(1024, Number.parseInt(trigger, 10));
}
