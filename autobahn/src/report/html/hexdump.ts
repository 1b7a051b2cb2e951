import type { Excerpt } from "../../tester/wire-log.ts";
import { escapeHtml } from "../case-report.ts";

const perLine = 16;

/** Octets as a hexdump: place, digits, and what of it can be read. */
export function hexdump({ octets, length }: Excerpt): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += perLine) {
    const part = octets.subarray(at, at + perLine);
    const digits = Array.from(part, (octet) => octet.toString(16).padStart(2, "0"));
    const left = digits.slice(0, 8).join(" ");
    const right = digits.slice(8).join(" ");
    const text = Array.from(part, (octet) =>
      octet > 0x1f && octet < 0x7f ? String.fromCharCode(octet) : "·",
    );
    lines.push(
      `<span class="place">${at.toString(16).padStart(4, "0")}</span>  ${`${left}  ${right}`.padEnd(49)} <span class="readable">${escapeHtml(text.join(""))}</span>`,
    );
  }
  const more = length - octets.length;
  if (more > 0) lines.push(`<span class="place">      … ${more.toLocaleString("en")} more</span>`);
  return `<pre class="hexdump">${lines.join("\n")}</pre>`;
}
