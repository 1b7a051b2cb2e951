import type { HandshakeRequest } from "@exws/handshake";

/** Options of {@link permessageDeflate}. */
export type PermessageDeflateOptions = {
  /** How hard zlib tries, 1 (fast) to 9 (small); default 3. 6 makes 2 to 10 % fewer octets and takes up to four times as long. */
  level?: number;
  /** 1 to 9: zlib's working memory while a message is compressed, 2^(memLevel + 9) octets; default 8. */
  memLevel?: number;
  /** Messages of fewer octets are sent as they are; default 1,024. */
  threshold?: number;
  /** The base-2 logarithm of the largest window to compress with, 9 to 15; default 15. */
  serverMaxWindowBits?: number;
  /** The same for the client, which is asked to keep to it if it can; default 15. Counts only with `clientContextTakeover`. */
  clientMaxWindowBits?: number;
  /**
   * Compress messages with the help of those sent before on the connection; default false. Smaller messages, for
   * 2^serverMaxWindowBits octets of memory per connection, more time, and prepared messages compressed for each connection.
   */
  serverContextTakeover?: boolean;
  /** Let clients do so; default false. 2^clientMaxWindowBits octets of memory per connection. */
  clientContextTakeover?: boolean;
  /**
   * The most octets that may come out of a message per octet that went in; above that 1009. Messages of up to 64 KiB are
   * never refused for it. Default Infinity: the server's limit on messages holds in any case, and JSON that repeats itself
   * reaches any ratio up to 1,032.
   */
  maxInflatedRatio?: number;
  /** Jobs on Node's thread pool at a time, over all connections; default 4, the size of the pool. Others wait in order. */
  maxJobs?: number;
  /** Octets that these jobs may take together, before and after; default 16 MiB. A larger one runs alone. */
  maxJobBytes?: number;
  /** Whether this client may have compression at all; default yes. What it throws fails the handshake (500). */
  allows?: (request: HandshakeRequest) => boolean;
};

/** The options, checked and complete. */
export type ResolvedOptions = Readonly<Required<PermessageDeflateOptions>>;

const defaults: ResolvedOptions = {
  level: 3,
  memLevel: 8,
  threshold: 1_024,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
  serverContextTakeover: false,
  clientContextTakeover: false,
  maxInflatedRatio: Number.POSITIVE_INFINITY,
  maxJobs: 4,
  maxJobBytes: 16_777_216,
  allows: () => true,
};

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions(given: PermessageDeflateOptions): ResolvedOptions {
  if (typeof given !== "object" || given === null) throw new TypeError("options must be an object");
  const options: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${name} is not an option`);
    if (value !== undefined) options[name] = value;
  }
  const resolved = options as ResolvedOptions;
  checkInteger("level", resolved.level, 1, 9);
  checkInteger("memLevel", resolved.memLevel, 1, 9);
  checkInteger("threshold", resolved.threshold, 0, Number.MAX_SAFE_INTEGER);
  checkInteger("serverMaxWindowBits", resolved.serverMaxWindowBits, 9, 15);
  checkInteger("clientMaxWindowBits", resolved.clientMaxWindowBits, 9, 15);
  checkType("serverContextTakeover", resolved.serverContextTakeover, "boolean");
  checkType("clientContextTakeover", resolved.clientContextTakeover, "boolean");
  checkType("maxInflatedRatio", resolved.maxInflatedRatio, "number");
  if (!(resolved.maxInflatedRatio >= 1)) throw new RangeError("maxInflatedRatio must be at least 1");
  checkInteger("maxJobs", resolved.maxJobs, 1, Number.MAX_SAFE_INTEGER);
  checkInteger("maxJobBytes", resolved.maxJobBytes, 1, Number.MAX_SAFE_INTEGER);
  checkType("allows", resolved.allows, "function");
  return resolved;
}

function checkType(name: string, value: unknown, type: "boolean" | "number" | "function"): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}`);
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  checkType(name, value, "number");
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}`);
  }
}
