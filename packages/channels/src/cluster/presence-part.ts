import type { PresenceDiff } from "../presence.ts";
import { ClusterPresence } from "./cluster-presence.ts";
import type { Envelope } from "./envelope.ts";
import type { Kind, Stream } from "./kind.ts";
import type { BusNode } from "./node.ts";
import type { NodePart } from "./part.ts";
import type { PresenceBounds } from "./presence-message.ts";
import type { PeopleBounds } from "./remote-people.ts";

/** What {@link PresencePart} is made with. */
export type PresencePartOptions = {
  readonly bounds: PresenceBounds & PeopleBounds;
  /** Hears who came, went or changed, on whatever node. */
  readonly tell: ((id: string, diff: PresenceDiff) => void) | undefined;
  readonly onError: (error: unknown) => void;
};

/** Presence across nodes as a part of a node: {@link ClusterPresence} on a bus. */
export class PresencePart implements NodePart {
  readonly kinds: readonly Kind[] = ["presence", "presence-request", "presence-state"];
  /** Who is where. */
  readonly presence: ClusterPresence;
  readonly #node: BusNode;
  readonly #stopRounds: () => void;

  constructor(node: BusNode, { bounds, tell, onError }: PresencePartOptions) {
    this.#node = node;
    this.presence = new ClusterPresence({
      node: node.id,
      bounds,
      tell,
      now: () => node.clock.now(),
      link: {
        get maxBytes() {
          return node.maxBody;
        },
        toChannel: (id, message, isChange) =>
          node.say(id, isChange ? "presence" : "presence-request", message),
        toNode: (other, message) => node.tell(other, "presence-state", message),
      },
      onTooLong: (key) =>
        onError(
          new RangeError(`presence: the meta of ${key} is too long for the bus, or is not JSON any more`),
        ),
    });
    this.#stopRounds = node.clock.every(node.options.heartbeat, () => this.#round());
    node.add(this);
  }

  hear({ node, body }: Envelope, id: string | undefined): boolean {
    return this.presence.receive(node, id, body);
  }

  subscribed(id: string): void {
    this.presence.open(id);
  }

  unsubscribed(id: string): void {
    this.presence.close(id);
  }

  missed(id: string, node: string, stream: Stream): void {
    if (stream === "presence") this.presence.missed(id, node);
  }

  found(node: string): void {
    this.presence.nodeCame(node);
  }

  gone(node: string): void {
    this.presence.nodeGone(node);
  }

  up(): void {
    this.presence.resumed();
  }

  close(): void {
    this.#stopRounds();
    this.presence.end();
  }

  #round(): void {
    if (this.#node.state === "up") this.presence.round();
  }
}
