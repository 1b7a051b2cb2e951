const topicPattern = /^[A-Za-z0-9_-]{1,200}$/;
const prefixPattern = /^[A-Za-z0-9_.:/@-]{1,100}$/;

/** Checks the option `prefix`: no glob, no brace, no space and no control character, so that it means nothing to Redis but itself. */
export function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== "string") throw new TypeError("redisBus: prefix must be a string");
  if (prefixPattern.test(prefix)) return prefix;
  throw new RangeError("redisBus: prefix must be 1 to 100 of the characters A-Z a-z 0-9 _ . : / @ -");
}

/** Throws a TypeError for what is no topic. */
export function checkTopic(topic: unknown): void {
  if (typeof topic === "string" && topicPattern.test(topic)) return;
  throw new TypeError("a topic must be 1 to 200 of the characters A-Z a-z 0-9 _ -");
}

/** How a bus calls things in Redis. A topic has no colon: the last one is always the one behind the prefix, so no two tenants share a name. */
export class Names {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The channel of a topic, for plain and for sharded pub/sub. */
  channel(topic: string): string {
    return `${this.#prefix}:${topic}`;
  }

  /** The topic of a channel of ours. */
  topic(channel: string): string {
    return channel.slice(this.#prefix.length + 1);
  }

  /** The keys of a topic's log: its position and its entries. Their common hash tag puts them on one node of a cluster. */
  log(topic: string): readonly [position: string, entries: string] {
    return [`${this.#prefix}:position:{${topic}}`, `${this.#prefix}:entries:{${topic}}`];
  }
}
