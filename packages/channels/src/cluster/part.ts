import type { Envelope } from "./envelope.ts";
import type { Kind, Stream } from "./kind.ts";

/**
 * A part of a node that has its own kinds of envelopes: messages, questions, presence, history. Its functions never throw and
 * return at once.
 */
export interface NodePart {
  /** The kinds that it hears; no two parts hear the same. */
  readonly kinds: readonly Kind[];
  /**
   * An envelope of its kinds has come from another node; what came twice is left out. `id` is the channel on whose topic it was
   * said, `undefined` on those of nodes. Returns false for a body that it cannot read: it is counted as foreign.
   */
  hear(envelope: Envelope, id: string | undefined): boolean;
  /** The engine has confirmed that all that is said on a channel comes. Told once per subscription, not after an outage. */
  subscribed?(id: string): void;
  /** The channel has no members here any more, and its topic is not heard. */
  unsubscribed?(id: string): void;
  /** So many envelopes of a stream were lost on their way from a node; told before the envelope behind the hole is heard. */
  missed?(id: string, node: string, stream: Stream, lost: number): void;
  /** A node is there: for the first time, or again. */
  found?(node: string): void;
  /** A node has said goodbye, or was silent for too long. */
  gone?(node: string): void;
  /** The bus is connected, for the first time or again: what was said in between is lost. */
  up?(): void;
  /** The bus has lost its engine. */
  down?(): void;
  /** The node closes, or was given up; if the bus is up it can still speak. Told once. */
  close?(): void;
}
