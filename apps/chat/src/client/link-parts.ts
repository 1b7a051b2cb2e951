/** A piece of a text: words, or an address to go to. */
export type Part = { readonly text: string; readonly href?: string };

const address = /\bhttps?:\/\/[^\s<>"'`]+/giu;

/** Signs that end a sentence rather than an address, and brackets that nothing in the address has opened. */
const tail = /[.,:;!?…*_~]+$/u;

const brackets = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
] as const;

/** Splits a text into words and web addresses: only http and https, and only what the browser can read as an address. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    const shown = trimmed(found);
    const href = hrefOf(shown);
    if (href === undefined) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: shown, href });
    end = index + shown.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function trimmed(found: string): string {
  let shown = found;
  for (;;) {
    const before = shown;
    shown = shown.replace(tail, "");
    for (const [open, close] of brackets) {
      if (shown.endsWith(close) && count(shown, close) > count(shown, open)) shown = shown.slice(0, -1);
    }
    if (shown === before) return shown;
  }
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function hrefOf(shown: string): string | undefined {
  const url = URL.parse(shown);
  // An address with a password in it is there to deceive.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    return undefined;
  }
  return url.href;
}
