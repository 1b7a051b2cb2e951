import type { PreparedMessage } from "@exws/frame";
import type { Position } from "./history.ts";

/** How much may be held for one member. */
export type HeldBounds = { readonly messages: number; readonly bytes: number };

/** A message that is held, and its place in the history. */
export type HeldMessage = { readonly message: PreparedMessage; readonly position: Position };

/**
 * Messages for one member, which come behind something that it is still to be given: they wait here, in order. When more come than
 * may wait, `onFull` is called, and has to let them go.
 */
export class Held {
  readonly #bounds: HeldBounds;
  readonly #onFull: () => void;
  #messages: HeldMessage[] = [];
  #bytes = 0;

  constructor(bounds: HeldBounds, onFull: () => void) {
    this.#bounds = bounds;
    this.#onFull = onFull;
  }

  /** Holds a message back. */
  add(message: PreparedMessage, position: Position): void {
    this.#messages.push({ message, position });
    this.#bytes += message.bytes.length;
    if (this.#messages.length > this.#bounds.messages || this.#bytes > this.#bounds.bytes) this.#onFull();
  }

  /** All that is held; nothing is any more. */
  take(): readonly HeldMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    return messages;
  }
}
