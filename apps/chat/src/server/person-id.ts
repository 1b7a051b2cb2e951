import { createHash } from "node:crypto";

/**
 * The id that others see of a person, made of the key that only its own pages know: the same on every server, and nothing that
 * the key could be found from.
 */
export function personIdOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, 16);
}
