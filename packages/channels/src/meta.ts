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

/** Throws a TypeError for a key of presence that other nodes cannot compare with theirs. */
export function checkSharedKey(key: unknown): asserts key is string {
  if (isWellFormed(key)) return;
  throw new TypeError("With a bus the key of presence is a string without lone surrogates, or undefined");
}

function serialise(meta: unknown): string | undefined {
  try {
    return JSON.stringify(meta);
  } catch {
    return undefined;
  }
}
