/** A host and, if one was written, a port (RFC 3986 §3.2). */
export type Authority = { readonly host: string; readonly port: number | undefined };

/**
 * Reads `host[:port]` as it stands in `Host` (RFC 9110 §7.2) or behind an origin's scheme: a name of letters,
 * digits, `-`, `_`, `.` and `~`, an IPv4 address, or an IPv6 address in brackets. The host comes out in lower
 * case. `undefined` for anything else, so for a path, userinfo or a space too.
 */
export function parseAuthority(text: string): Authority | undefined {
  const end = text.startsWith("[") ? addressEnd(text) : nameEnd(text);
  if (end === 0 || end > 255) return undefined;
  const host = text.slice(0, end).toLowerCase();
  if (end === text.length) return { host, port: undefined };
  if (text[end] !== ":") return undefined;
  return readPort(host, text.slice(end + 1));
}

function nameEnd(text: string): number {
  let end = 0;
  let label = 0; // Octets of the label so far: an empty one is no name, but the last may be empty (a trailing dot).
  for (; end < text.length && isNameOctet(text.charCodeAt(end)); end++) {
    const dot = text[end] === ".";
    if (dot && label === 0) return 0;
    label = dot ? 0 : label + 1;
  }
  return end;
}

function addressEnd(text: string): number {
  let end = 1;
  let colons = 0;
  for (; end < text.length && text[end] !== "]"; end++) {
    if (text[end] === ":") colons++;
    else if (!isHexOctet(text.charCodeAt(end)) && text[end] !== ".") return 0;
  }
  return text[end] === "]" && colons >= 2 ? end + 1 : 0;
}

function readPort(host: string, text: string): Authority | undefined {
  if (text === "") return { host, port: undefined };
  if (text.length > 5) return undefined;
  let port = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    port = port * 10 + digit;
  }
  return port > 65535 ? undefined : { host, port };
}

function isNameOctet(octet: number): boolean {
  return isAlphanumeric(octet) || octet === 0x2d || octet === 0x2e || octet === 0x5f || octet === 0x7e;
}

function isHexOctet(octet: number): boolean {
  const lower = octet | 0x20;
  return (octet >= 0x30 && octet <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** Tells whether a character code is an ASCII letter or digit. */
export function isAlphanumeric(octet: number): boolean {
  const lower = octet | 0x20;
  return (octet >= 0x30 && octet <= 0x39) || (lower >= 0x61 && lower <= 0x7a && octet <= 0x7a);
}
