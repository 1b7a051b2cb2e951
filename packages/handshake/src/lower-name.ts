/** What clients send with an opening handshake; the order is that of how often. */
const usual: readonly string[] = [
  "host",
  "upgrade",
  "connection",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "origin",
  "user-agent",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "pragma",
  "cookie",
  "authorization",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-real-ip",
];

/** The same by their lengths. */
const ofLength: readonly (readonly string[])[] = Array.from({ length: 25 }, (_, length) =>
  usual.filter((name) => name.length === length),
);

/** Gives a token of a text in lower case. For the usual names no string is made. */
export function lowerName(text: string, start: number, end: number): string {
  for (const name of ofLength[end - start] ?? []) if (isSame(text, start, name)) return name;
  return text.slice(start, end).toLowerCase();
}

/** Among the octets of tokens, letters differ from their lower case by one bit, and a hyphen has that bit. */
function isSame(text: string, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if ((text.charCodeAt(start + i) | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}
