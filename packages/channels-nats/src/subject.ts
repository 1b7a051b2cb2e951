const token = "[A-Za-z0-9_-]";
/** A first letter that NATS itself does not use: `$SYS`, `$JS`, `_INBOX` are its own. */
const prefixes = new RegExp(`^[A-Za-z0-9]${token}*(\\.${token}+)*$`);
const topics = new RegExp(`^${token}{1,200}$`);

/** Checks a prefix: names of `A-Z a-z 0-9 _ -`, joined by dots, at most 200 characters; TypeError. */
export function checkPrefix(prefix: unknown): string {
  if (typeof prefix === "string" && prefix.length <= 200 && prefixes.test(prefix)) return prefix;
  throw new TypeError(
    "prefix must be at most 200 characters: names of A-Z a-z 0-9 _ - joined by dots, beginning with a letter or digit",
  );
}

/** Checks a topic; TypeError. What gets through cannot be a wildcard, a separator or another protocol line. */
export function checkTopic(topic: unknown): string {
  if (typeof topic === "string" && topics.test(topic)) return topic;
  throw new TypeError("topic must be 1 to 200 characters of A-Z a-z 0-9 _ -");
}
