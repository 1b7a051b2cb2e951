import { type Origin, parseOrigin } from "./origin.ts";

/**
 * Which pages may connect. `"same"`: those of the server's own host and port. `"*"`: all. A list: those
 * origins, each as a browser writes it (`https://app.example.com`, a port if it is not the scheme's own),
 * `https://*.example.com` for every subdomain at any depth but not `example.com` itself, or `null`. A
 * function: those it returns `true` for.
 */
export type OriginRule = "same" | "*" | readonly string[] | ((origin: string) => boolean);

/** A rule made ready for `checkOrigin`. */
export type ParsedOriginRule =
  | { readonly type: "same" }
  | { readonly type: "any" }
  | { readonly type: "list"; readonly exact: ReadonlySet<string>; readonly below: readonly Origin[] }
  | { readonly type: "function"; readonly allows: (origin: string) => boolean };

/** Reads a rule once, up front. Throws a TypeError that names the entry which is no origin. */
export function parseOriginRule(rule: OriginRule): ParsedOriginRule {
  if (rule === "same") return { type: "same" };
  if (rule === "*") return { type: "any" };
  if (typeof rule === "function") return { type: "function", allows: rule };
  if (Array.isArray(rule)) return parseList(rule);
  throw new TypeError('origin must be "same", "*", a list of origins or a function');
}

function parseList(entries: readonly string[]): ParsedOriginRule {
  const exact = new Set<string>();
  const below: Origin[] = [];
  for (const entry of entries) {
    if (typeof entry !== "string") throw badEntry(entry);
    if (entry === "null") {
      exact.add(entry);
      continue;
    }
    const mark = entry.indexOf("://*.");
    const wildcard = mark !== -1;
    const origin = parseOrigin(wildcard ? `${entry.slice(0, mark)}://${entry.slice(mark + 5)}` : entry);
    if (origin === undefined || (wildcard && isAddress(origin.host))) throw badEntry(entry);
    if (wildcard) below.push(origin);
    else exact.add(originKey(origin));
  }
  return { type: "list", exact, below };
}

/** Writes an origin so that equal ones are equal strings. */
export function originKey({ scheme, host, port }: Origin): string {
  return `${scheme}://${host}:${port ?? ""}`;
}

function isAddress(host: string): boolean {
  return host.startsWith("[");
}

function badEntry(entry: unknown): TypeError {
  return new TypeError(
    `origin: ${JSON.stringify(entry)} is not an origin such as "https://example.com" or "https://*.example.com:8443"`,
  );
}
