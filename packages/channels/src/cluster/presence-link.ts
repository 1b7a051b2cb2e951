import { encodePresence, type PresenceMessage } from "./presence-message.ts";

/** The way to other nodes. Tells whether a message was handed over; it may be lost all the same. */
export interface PresenceLink {
  /** Octets that a message may have. */
  readonly maxBytes: number;
  /** To all nodes that have members in a channel: a change, or a word about it. */
  toChannel(id: string, message: Uint8Array, isChange: boolean): Promise<{ readonly ok: boolean }>;
  /** To one node. */
  toNode(node: string, message: Uint8Array): Promise<{ readonly ok: boolean }>;
}

/** Says things to nodes that are known, and remembers in which channels something could not be said. */
export class PresenceVoice {
  readonly #link: PresenceLink;
  readonly #nodes: ReadonlySet<string>;
  #unsaid = new Map<string, Set<string>>();

  constructor(link: PresenceLink, nodes: ReadonlySet<string>) {
    this.#link = link;
    this.#nodes = nodes;
  }

  /** Octets that a message may have. */
  get maxBytes(): number {
    return this.#link.maxBytes;
  }

  /** Says something to all nodes that have members in a channel. */
  publish(id: string, message: PresenceMessage): void {
    const said = this.#link.toChannel(id, encodePresence(message), message.type === "delta");
    void said.then(({ ok }) => {
      if (!ok) for (const node of this.#nodes) this.#leaveUnsaid(node, [id]);
    });
  }

  /** Says something about channels to one node. */
  send(node: string, message: PresenceMessage, ids: readonly string[]): void {
    void this.#link.toNode(node, encodePresence(message)).then(({ ok }) => {
      if (!ok) this.#leaveUnsaid(node, ids);
    });
  }

  /** The channels in which something could not be said, by node; they are not remembered any longer. */
  takeUnsaid(): Map<string, Set<string>> {
    const unsaid = this.#unsaid;
    this.#unsaid = new Map();
    return unsaid;
  }

  #leaveUnsaid(node: string, ids: readonly string[]): void {
    if (!this.#nodes.has(node)) return;
    const unsaid = this.#unsaid.get(node) ?? new Set();
    this.#unsaid.set(node, unsaid);
    for (const id of ids) unsaid.add(id);
  }
}
