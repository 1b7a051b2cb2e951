import { parseAuthority } from "./authority.ts";
import { defaultPort, type Origin, parseOrigin } from "./origin.ts";
import { type OriginRule, originKey, type ParsedOriginRule, parseOriginRule } from "./origin-rule.ts";

/** Where a request arrived. */
export type OriginTarget = {
  /** The value of `Host`. */
  readonly host: string;
  /**
   * Whether the socket itself is TLS. If so, the page must be https too; if not, http and https pages are
   * both taken, because a proxy in front may have ended the TLS.
   */
  readonly secure: boolean;
};

/**
 * Tells whether a page of this origin may connect (RFC 6455 §10.2). No `Origin` is allowed: browsers always
 * send one, and who is no browser can write what it likes. `null` and malformed origins are refused unless
 * the rule names them, is `"*"`, or is a function that says so. Scheme, host and port are compared whole,
 * after lower-casing and filling in default ports.
 */
export function checkOrigin(
  origin: string | undefined,
  rule: OriginRule | ParsedOriginRule,
  target: OriginTarget,
): boolean {
  if (origin === undefined) return true;
  const parsed = isParsed(rule) ? rule : parseOriginRule(rule);
  switch (parsed.type) {
    case "any":
      return true;
    case "function":
      return parsed.allows(origin) === true;
    case "same":
      return isSame(parseOrigin(origin), target);
    case "list":
      return isListed(origin, parsed.exact, parsed.below);
  }
}

function isParsed(rule: OriginRule | ParsedOriginRule): rule is ParsedOriginRule {
  return typeof rule === "object" && "type" in rule;
}

function isSame(origin: Origin | undefined, { host, secure }: OriginTarget): boolean {
  const authority = parseAuthority(host);
  if (origin === undefined || authority === undefined) return false;
  if (origin.scheme !== "https" && (secure || origin.scheme !== "http")) return false;
  return origin.host === authority.host && origin.port === (authority.port ?? defaultPort(origin.scheme));
}

function isListed(text: string, exact: ReadonlySet<string>, below: readonly Origin[]): boolean {
  if (text === "null") return exact.has(text);
  const origin = parseOrigin(text);
  if (origin === undefined) return false;
  if (exact.has(originKey(origin))) return true;
  return below.some(
    ({ scheme, host, port }) =>
      origin.scheme === scheme && origin.port === port && origin.host.endsWith(`.${host}`),
  );
}
