import type { PresenceKeeper, Present } from "../presence.ts";
import type { Roster } from "../roster.ts";
import { hasPrototypes } from "./json.ts";
import type { Subject } from "./question.ts";

/** What this process knows by itself of who is where. */
export class Local {
  /** The id of this node. */
  readonly node: string;
  readonly #roster: Roster;
  readonly #presence: PresenceKeeper | undefined;

  constructor(node: string, roster: Roster, presence: PresenceKeeper | undefined) {
    this.node = node;
    this.#roster = roster;
    this.#presence = presence;
  }

  /** How many members a channel has here. */
  size(id: unknown): number {
    return this.#roster.channels.get(id)?.members.size ?? 0;
  }

  /** Their meta, in the order of the joins. */
  metas(id: unknown): unknown[] {
    const members = this.#roster.channels.get(id)?.members.values() ?? [];
    return Array.from(members, ({ meta }) => meta);
  }

  /** Who is shown as present by members here. */
  present(id: unknown): Present[] {
    return this.#presence?.here.list(id) ?? [];
  }

  /** What other nodes are told when they ask. */
  answer(subject: Subject, id: string): number | readonly unknown[] {
    if (subject === "size") return this.size(id);
    return subject === "members" ? this.metas(id).map(wrapped) : this.present(id);
  }
}

/** A meta goes in a list of its own: an empty one says that there is none, or none that is JSON. */
function wrapped(meta: unknown): unknown[] {
  try {
    const json = JSON.stringify(meta);
    return json === undefined || hasPrototypes(json) ? [] : [meta];
  } catch {
    return [];
  }
}
