import type { Present } from "../presence.ts";

/**
 * What one node knows of a person that is there: somebody in a channel, by one connection or several.
 *
 * `since` and `replaced` are logical times (one more than any that the node had seen): when the person came to that node, and when its
 * meta was replaced last, 0 for never. No node's clock is compared with that of another.
 */
export type Share = {
  readonly meta: unknown;
  readonly connections: number;
  readonly since: number;
  readonly replaced: number;
};

/** The part of a person that one node has. */
export type NodeShare = readonly [node: string, share: Share];

/**
 * The person that several nodes have a part of; `undefined` when none has. Connections add up. Meta is that which was replaced
 * last, or else of the part that is the oldest: the same on all nodes that know the same parts.
 */
export function personOf(key: unknown, shares: readonly NodeShare[]): Present | undefined {
  const [first, ...others] = shares;
  if (first === undefined) return undefined;
  let best = first;
  let connections = first[1].connections;
  for (const each of others) {
    connections += each[1].connections;
    if (precedes(each, best)) best = each;
  }
  return { key, meta: best[1].meta, connections };
}

function precedes([oneNode, one]: NodeShare, [otherNode, other]: NodeShare): boolean {
  if (one.replaced !== other.replaced) return one.replaced > other.replaced;
  const isReplaced = one.replaced > 0;
  if (!isReplaced && one.since !== other.since) return one.since < other.since;
  return oneNode < otherNode;
}
