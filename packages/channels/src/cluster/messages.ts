import { binary, type PreparedMessage, text } from "@exws/frame";
import { everybody } from "../selection.ts";
import type { Published } from "./bus-link.ts";
import type { Envelope } from "./envelope.ts";
import type { Kind, Stream } from "./kind.ts";
import type { BusNode } from "./node.ts";
import type { NodePart } from "./part.ts";
import type { SharedMembers } from "./shared-members.ts";

/** Who gets messages of other nodes. */
export type MessagesOwner = {
  readonly members: SharedMembers;
  /** Messages of a node did not come. */
  readonly gap: (id: string, from: string, lost: number) => void;
};

/** Messages that are broadcast across nodes: framed once where they are sent from, and once on each node that hears them. */
export class Messages implements NodePart {
  readonly kinds: readonly Kind[] = ["text", "binary"];
  readonly #node: BusNode;
  readonly #owner: MessagesOwner;

  constructor(node: BusNode, owner: MessagesOwner) {
    this.#node = node;
    this.#owner = owner;
    node.add(this);
  }

  /** Sends a message to the members that a channel has on other nodes. */
  send(id: string, { type, payload }: PreparedMessage): Promise<Published> {
    return this.#node.say(id, type, payload);
  }

  hear({ kind, body }: Envelope, id: string | undefined): boolean {
    const message = framed(kind, body);
    if (message === undefined || id === undefined) return false;
    const { members } = this.#owner;
    if (members.isFull(id)) this.#node.counts.dropped++;
    else members.serve(id, message, undefined, everybody);
    return true;
  }

  missed(id: string, node: string, stream: Stream, lost: number): void {
    if (stream === "messages") this.#owner.gap(id, node, lost);
  }
}

function framed(kind: Kind, body: Uint8Array): PreparedMessage | undefined {
  if (kind === "binary") return binary(body);
  try {
    return text(body);
  } catch {
    // Not UTF-8.
    return undefined;
  }
}
