import type { WireEntry } from "../../tester/wire-log.ts";
import { escapeHtml } from "../case-report.ts";
import { payloadText } from "../payload-text.ts";
import { hexdump } from "./hexdump.ts";

/** Reads and writes that a page shows; the others are counted. */
const shownOctets = 60;
const shownFrames = 300;

const opcodeNames: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "Close",
  9: "Ping",
  10: "Pong",
};

/** The frames of both sides in the order they came, and what the tester did between them. */
export function frameTable(entries: readonly WireEntry[]): string {
  const rows = entries.flatMap(frameRow);
  const more =
    rows.length > shownFrames
      ? `<tr class="note"><td colspan="7">and ${rows.length - shownFrames} more</td></tr>`
      : "";
  return `<table class="frames"><thead><tr><th>Time</th><th>Side</th><th>Opcode</th><th>Bits</th><th>Octets</th><th>Key</th><th>Payload</th></tr></thead><tbody>${rows.slice(0, shownFrames).join("\n")}${more}</tbody></table>`;
}

function frameRow(entry: WireEntry): string[] {
  const at = `<td class="mono">${entry.at.toFixed(1)} ms</td>`;
  if (entry.kind === "frame-in" || entry.kind === "frame-out") {
    const { payload, opcode, fin, rsv, key } = entry;
    const out = entry.kind === "frame-out";
    const chop = out && entry.chop !== undefined ? `, ${entry.chop} at a time` : "";
    const bits = `${fin ? "FIN" : "–"}${rsv === 0 ? "" : ` RSV ${rsv.toString(2).padStart(3, "0")}`}`;
    const mask = key === undefined ? "–" : `<code>${key.toString(16).padStart(8, "0")}</code>`;
    const text = closeText(opcode, payload.octets) ?? payloadText(payload.octets, payload.length);
    return [
      `<tr class="${out ? "out" : "in"}">${at}<td>${out ? "tester" : "peer"}</td><td>${opcodeNames[opcode] ?? "reserved"} <span class="soft">${opcode}</span></td><td>${bits}</td><td>${payload.length.toLocaleString("en")}${chop}</td><td>${mask}</td><td class="text">${escapeHtml(text)}</td></tr>`,
    ];
  }
  const words = wordsOf(entry);
  return words === undefined ? [] : [`<tr class="note">${at}<td colspan="6">${escapeHtml(words)}</td></tr>`];
}

function closeText(opcode: number, payload: Uint8Array): string | undefined {
  if (opcode !== 8 || payload.length < 2) return undefined;
  const code = (payload[0]! << 8) | payload[1]!;
  return payload.length === 2 ? String(code) : `${code} ${payloadText(payload.subarray(2))}`;
}

function wordsOf(entry: WireEntry): string | undefined {
  switch (entry.kind) {
    case "pause":
      return `Pause of ${entry.seconds} s${entry.tag === undefined ? "" : ` (${entry.tag})`}.`;
    case "pause-end":
      return `End of the pause${entry.tag === undefined ? "" : ` ${entry.tag}`}.`;
    case "kill-after":
      return `The tester fails the connection in ${entry.seconds} s.`;
    case "close-after":
      return `The tester closes in ${entry.seconds} s.`;
    case "kill":
      return "The time is over: the tester fails the connection.";
    case "close":
      return "The time is over: the tester closes.";
    case "log":
      return entry.on
        ? "From here on everything is logged again."
        : "What follows is not logged: it is too much.";
    case "note":
      return entry.text;
    default:
      return undefined;
  }
}

/** What was read from TCP and written to it, octet by octet as far as it was kept. */
export function octetList(entries: readonly WireEntry[]): string {
  const moves = entries.filter((entry) => entry.kind === "read" || entry.kind === "write");
  const parts = moves.slice(0, shownOctets).map(({ kind, excerpt, at }) => {
    const out = kind === "write";
    return `<div class="${out ? "out" : "in"}"><p>${at.toFixed(1)} ms, ${out ? "written" : "read"}: ${excerpt.length.toLocaleString("en")} octets</p>${hexdump(excerpt)}</div>`;
  });
  const more = moves.length - shownOctets;
  return parts.join("\n") + (more > 0 ? `<p>and ${more} more reads and writes</p>` : "");
}
