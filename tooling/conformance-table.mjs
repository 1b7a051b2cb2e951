// `pnpm autobahn:table`: runs every case against the echo app and writes the result into the README.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conformance } from "./conformance.mjs";
import { root } from "./setup.mjs";

const titles = {
  1: "Plain data frames",
  2: "Ping and Pong",
  3: "Reserved bits",
  4: "Reserved opcodes",
  5: "Fragmented messages",
  6: "UTF-8 in text messages",
  7: "Closing handshake",
  9: "Big messages, many messages",
  10: "Splitting by the sender",
  12: "Compression: different data",
  13: "Compression: different parameters",
};

/** @param {Record<string, { behavior: string, behaviorClose: string }>} verdicts @param {string} footer */
export function tableOf(verdicts, footer) {
  const rows = Object.entries(titles).map(([section, title]) => {
    const inside = Object.entries(verdicts).filter(([id]) => id.split(".")[0] === section);
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const [, { behavior, behaviorClose }] of inside) {
      const verdict = behavior === behaviorClose ? behavior : `${behavior} / ${behaviorClose}`;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
    const result = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
    return `| ${section} | ${title} | ${inside.length} | ${result} |`;
  });
  return ["| | section | cases | verdicts |", "|---|---|---|---|", ...rows, "", footer].join("\n");
}

const start = "<!-- conformance: written by `pnpm autobahn:table` -->";
const end = "<!-- /conformance -->";

/** Puts a table between the two marks of a README. @param {string} readme @param {string} table */
export function withTable(readme, table) {
  const [before, rest] = readme.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error("the README has no place for the table");
  return `${before}${start}\n\n${table}\n\n${end}${after}`;
}

if (process.argv[1] === import.meta.filename) {
  const { failed, output } = await conformance("whole", {});
  if (failed > 0) throw new Error(output);
  const index = JSON.parse(readFileSync(join(root, ".cache/autobahn/whole/index.json"), "utf8"));
  const { version } = JSON.parse(readFileSync(join(root, "packages/server/package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const footer = `\`apps/echo\` with \`@exws/server\` ${version} and \`@exws/deflate\` on Node ${process.versions.node}, ${date}. INFORMATIONAL cases have no right answer.`;
  const path = join(root, "README.md");
  writeFileSync(path, withTable(readFileSync(path, "utf8"), tableOf(index.exws, footer)));
}
