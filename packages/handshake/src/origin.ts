import { isAlphanumeric, parseAuthority } from "./authority.ts";

/**
 * The parts of a web origin (RFC 6454 §4); `port` is the scheme's own when none was written and the scheme
 * has one.
 */
export type Origin = { readonly scheme: string; readonly host: string; readonly port: number | undefined };

/** Gives the port a scheme has by itself. */
export function defaultPort(scheme: string): number | undefined {
  switch (scheme) {
    case "http":
    case "ws":
      return 80;
    case "https":
    case "wss":
      return 443;
    default:
      return undefined;
  }
}

/**
 * Reads `scheme://host[:port]` and lower-cases it (RFC 6454 §6.2). `undefined` for anything else: `null`, a
 * path (even a lone slash), userinfo, a name with a trailing dot.
 */
export function parseOrigin(text: string): Origin | undefined {
  const end = text.indexOf("://");
  if (end < 1 || end > 64) return undefined;
  for (let i = 0; i < end; i++) {
    const octet = text.charCodeAt(i);
    if (!isAlphanumeric(octet) && octet !== 0x2b && octet !== 0x2d && octet !== 0x2e) return undefined;
  }
  const scheme = text.slice(0, end).toLowerCase();
  const authority = parseAuthority(text.slice(end + 3));
  // A trailing dot names the same host in DNS but is another origin to a browser.
  if (authority === undefined || authority.host.endsWith(".")) return undefined;
  return { scheme, host: authority.host, port: authority.port ?? defaultPort(scheme) };
}
