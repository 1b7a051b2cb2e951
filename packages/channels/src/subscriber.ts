import type { PreparedMessage } from "@exws/frame";

/**
 * What became of a message that was given to a subscriber.
 *
 * - `sent`: on its way. `queued`: accepted, but the peer is behind.
 * - `dropped`: given up, because too much waits for this peer. `closed`: this peer can get nothing (any more).
 */
export type WriteResult = "sent" | "queued" | "dropped" | "closed";

/**
 * Whoever can be in a channel: a `Connection` of `@exws/server` as it is, any other socket with a few lines around it. It is
 * known by its identity, so that one peer must always be the same object.
 */
export interface Subscriber {
  /**
   * Takes a message without waiting for the peer, in the order of the calls, and bounds by itself what it keeps for a slow
   * one. It must not throw for a peer that is gone, and must not change the message.
   */
  write(message: PreparedMessage): WriteResult;
  /**
   * Calls the listener once, with this subscriber, when it can get nothing any more; at once if that is so already. Channels
   * ask when a subscriber joins for the first time, and not again.
   */
  onClosed(listener: (subscriber: Subscriber) => void): void;
}

/** Throws a TypeError for what is no subscriber. */
export function checkSubscriber(value: unknown): void {
  if (!isSubscriber(value)) throw new TypeError("A member has the methods write and onClosed");
}

/** Tells whether a value has what a subscriber needs. */
export function isSubscriber(value: unknown): value is Subscriber {
  const { write, onClosed } = (value ?? {}) as Partial<Record<keyof Subscriber, unknown>>;
  return typeof value === "object" && typeof write === "function" && typeof onClosed === "function";
}
