import type { BusError } from "./bus-error.ts";
import type { BusLog } from "./bus-log.ts";

/** Hears what comes over a bus. Its functions never throw and return at once. */
export interface BusReceiver {
  /**
   * Something was published on a topic that is subscribed. `payload` belongs to the receiver: the bus neither changes nor reuses
   * its bytes. It may come from another program: it is checked before it is believed.
   */
  message(topic: string, payload: Uint8Array): void;
  /** The bus is connected, and everything that should be subscribed is. Called after `down` only, not after `open`. */
  up(): void;
  /** The bus has lost its engine; it is trying to get it back. What is published meanwhile is lost. */
  down(error: BusError): void;
}

/**
 * Carries messages between the processes of a cluster: publish and subscribe by topic, over an engine such as Redis or NATS.
 *
 * What {@link Channels} asks of it, and what the conformance kit (`@exws/channels/conformance`) checks:
 *
 * - **Topics** are of the characters `A-Z a-z 0-9 _ -`, at most 200 of them: names of channels are encoded before they get here. The
 *   bus puts its own prefix before them, which keeps tenants of one engine apart.
 * - **Order.** What one process publishes on one topic reaches each subscriber in that order, each at most once.
 * - **Loss** is allowed (receivers count it), silence is not: a message that the bus could not hand over rejects, and nothing that
 *   was rejected with any code but `unavailable` arrives.
 * - **Own messages** may come back to the process that published them, or not.
 * - **Bounds.** What waits for a slow or silent engine is bounded; beyond that `publish` rejects with `overloaded`. An engine that
 *   does not answer (frozen, cut off without a word) is noticed within 10 s.
 * - **Reconnecting** goes on until `close`, with a growing, randomised pause of at most 2 s. Subscriptions are restored before `up`.
 *
 * One bus serves one owner: `open` is called once, and before it has settled nothing else but `close`.
 */
export interface Bus {
  /** Bytes that a payload may have. Read at each use: an engine may tell it when it connects. */
  readonly maxPayload: number;
  /** The part that remembers, where the engine has one. */
  readonly log?: BusLog | undefined;
  /**
   * Connects, and resolves when messages can be published and subscribed. Rejects with a {@link BusError} when the first attempt
   * fails, but goes on trying: `up` tells when it has worked. Who does not want that calls `close`.
   */
  open(receiver: BusReceiver): Promise<void>;
  /**
   * Subscribes to topics, and resolves when the engine has confirmed it: all that anybody publishes after that comes. While the bus
   * is down it resolves when the bus is up again. Rejects with a {@link BusError} when the engine refuses or the bus is closed.
   * Subscribing twice is the same as once.
   */
  subscribe(topics: readonly string[]): Promise<void>;
  /** Ends subscriptions. What was on its way may still come. Calls of `subscribe` and `unsubscribe` take effect in their order. */
  unsubscribe(topics: readonly string[]): void;
  /**
   * Hands a payload to the engine, and resolves when it has it (which does not say that somebody got it). Rejects with a
   * {@link BusError}, at once while the bus is down. The bytes must not change until then.
   */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /** Ends everything, frees timers and sockets, and resolves when that is done. Whatever still waits rejects with `closed`. */
  close(): Promise<void>;
}
