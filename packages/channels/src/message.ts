import { binary, isPrepared, type PreparedMessage, text } from "@exws/frame";

/** What can be broadcast: a string as text, bytes as binary, a prepared message as it is. */
export type Data = string | Uint8Array | PreparedMessage;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Throws a TypeError for what is no message. */
export function checkData(data: unknown): void {
  if (typeof data === "string" || data instanceof Uint8Array || isPrepared(data)) return;
  throw new TypeError("A message is a string, a Uint8Array or a prepared message");
}

/** Frames a message, unless that is done. */
export function prepare(data: Data): PreparedMessage {
  if (typeof data === "string") return text(data);
  if (data instanceof Uint8Array) return binary(data);
  checkData(data);
  return data;
}

/** The message as the application knows it. */
export function plain(data: Data): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  return data.type === "text" ? decoder.decode(data.payload) : data.payload.slice();
}
