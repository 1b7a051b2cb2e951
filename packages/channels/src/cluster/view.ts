import { checkShared } from "../channel-id.ts";
import type { IdOf, MetaOf } from "../channel-types.ts";
import type { Present } from "../presence.ts";
import type { Local } from "./local.ts";
import type { Subject } from "./question.ts";
import type { Questions, Replies } from "./questions.ts";

/** What a question to all nodes could not find out. */
export type Incomplete = {
  /** Nodes that are known to be there and did not answer in time: what they have is missing. */
  readonly silent: readonly string[];
};

/** A member of a channel on any node. */
export type ClusterMember<Meta = unknown> = {
  readonly node: string;
  /** `undefined`, too, for what is not JSON. */
  readonly meta: Meta;
};

/**
 * What is so in channels on all nodes, asked when it is called. Answers come within `cluster.queryTimeout`, with what is known by
 * then and the nodes that were silent; they never reject for a bus that is down, only with a TypeError for an id that cannot be shared. Without a bus this process is all there is.
 */
export class ClusterView<Types = unknown> {
  readonly #local: Local;
  readonly #questions: Questions | undefined;

  /** For {@link Channels.cluster}. */
  constructor(local: Local, questions: Questions | undefined) {
    this.#local = local;
    this.#questions = questions;
  }

  /** How many members a channel has. */
  async size(id: IdOf<Types>): Promise<Incomplete & { size: number }> {
    const { contents, silent } = await this.#ask("size", id);
    const others = contents.reduce((sum, { content }) => sum + (content as number), 0);
    return { size: this.#local.size(id) + others, silent };
  }

  /** The members of a channel: their meta, and where they are. Those of one node are in the order of their joins. */
  async members<Id extends IdOf<Types>>(
    id: Id,
  ): Promise<Incomplete & { members: ClusterMember<MetaOf<Types, Id>>[] }> {
    const { contents, silent } = await this.#ask("members", id);
    const { node } = this.#local;
    const members: ClusterMember[] = [...this.#local.metas(id)].map((meta) => ({ node, meta }));
    for (const { node, content } of contents) {
      for (const [meta] of (content as unknown[]).filter(isWrapped)) members.push({ node, meta });
    }
    return { members: members as ClusterMember<MetaOf<Types, Id>>[], silent };
  }

  /** Who is in a channel, several connections of one on any nodes counted as one. Empty without the option `presence`. */
  async presence<Id extends IdOf<Types>>(
    id: Id,
  ): Promise<Incomplete & { presence: Present<MetaOf<Types, Id>>[] }> {
    const { contents, silent } = await this.#ask("presence", id);
    const people = new Map<unknown, Present>();
    const add = (person: Present): void => {
      const known = people.get(person.key);
      const connections = person.connections + (known?.connections ?? 0);
      people.set(person.key, { ...(known ?? person), connections });
    };
    for (const person of this.#local.present(id)) add(person);
    for (const { content } of contents)
      for (const each of content as unknown[]) if (isPresent(each)) add(each);
    return { presence: [...people.values()] as Present<MetaOf<Types, Id>>[], silent };
  }

  async #ask(subject: Subject, id: unknown): Promise<Replies> {
    if (this.#questions === undefined) return { contents: [], silent: [] };
    checkShared(id);
    return await this.#questions.ask(subject, id);
  }
}

function isWrapped(value: unknown): value is [unknown?] {
  return Array.isArray(value) && value.length <= 1;
}

function isPresent(value: unknown): value is Present {
  const { key, connections } = (value ?? {}) as Record<string, unknown>;
  return typeof key === "string" && Number.isSafeInteger(connections) && (connections as number) > 0;
}
