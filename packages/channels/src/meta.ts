import { fits, isWellFormed } from "./channel-id.ts";

/**
 * Checks meta that others will be shown: it must be JSON (or undefined) of at most `limit` octets. Throws a TypeError for
 * what cannot be JSON, a RangeError for what is too long.
 */
export function checkMeta(meta: unknown, limit: number): void {
  if (meta === undefined) return;
  const json = serialise(meta);
  if (json === undefined) throw new TypeError("The meta of a member that is shown as present must be JSON");
  if (!fits(json, limit)) {
    throw new RangeError(`The meta of a member has at most ${limit} bytes as JSON (limits.metaBytes)`);
  }
}

/**
 * Throws a TypeError for a key of presence that other nodes cannot compare with theirs, a RangeError for one of more than `limit`
 * octets.
 */
export function checkSharedKey(key: unknown, limit: number): asserts key is string {
  if (!isWellFormed(key)) {
    throw new TypeError("With a bus the key of presence is a string without lone surrogates, or undefined");
  }
  if (!fits(key, limit)) {
    throw new RangeError(`With a bus the key of presence has at most ${limit} bytes (limits.keyBytes)`);
  }
}

function serialise(meta: unknown): string | undefined {
  try {
    return JSON.stringify(meta);
  } catch {
    return undefined;
  }
}
