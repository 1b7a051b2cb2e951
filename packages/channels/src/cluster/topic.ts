import { createHash } from "node:crypto";

/** Longer names go by their hash: a topic has at most 200 characters. */
const plainBytes = 120;

/** The topic that all nodes hear. */
export const nodesTopic = "n";

/** The topic that one node hears alone. */
export function inboxOf(node: string): string {
  return `${nodesTopic}-${node}`;
}

/**
 * The topic of a channel: `c` and its name as base64url, or `h` and the hash of a long one. No name can so be a wildcard, a
 * separator or another topic. Names are well-formed strings: each has a topic of its own.
 */
export function topicOf(id: string): string {
  const bytes = Buffer.from(id);
  if (bytes.length <= plainBytes) return `c${bytes.toString("base64url")}`;
  return `h${createHash("sha256").update(bytes).digest("base64url")}`;
}
