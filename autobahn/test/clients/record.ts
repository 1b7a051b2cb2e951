import { readFileSync, writeFileSync } from "node:fs";
import { compareIds } from "../../src/catalogue/section-titles.ts";
import { countPairs, isClean, type Pair, pairName } from "../../src/report/goodness.ts";

// Run by hand: node test/clients/record.ts reports/clients/index.json …; writes results/clients.json.

type Index = Record<string, Record<string, Pair & { remoteCloseCode: number | null }>>;

const agents: Record<string, unknown> = {};
for (const file of process.argv.slice(2)) {
  const index: Index = JSON.parse(readFileSync(file, "utf8"));
  for (const [agent, cases] of Object.entries(index)) {
    const others: Record<string, string[]> = {};
    for (const [id, one] of Object.entries(cases).toSorted(([a], [b]) => compareIds(a, b))) {
      if (isClean(one)) continue;
      const name = `${pairName(one)}, ${one.remoteCloseCode ?? "no code"}`;
      others[name] ??= [];
      others[name].push(id);
    }
    agents[agent] = { counts: Object.fromEntries(countPairs(Object.values(cases))), others };
  }
}
const result = {
  date: new Date().toISOString().slice(0, 10),
  note: "exws-autobahn client --quick: 50 instead of 1000 round trips in 9.7, 9.8, 12 and 13",
  agents,
};
const text = JSON.stringify(result, undefined, 2).replace(
  /\[\s+([^\]]+?)\s+\]/g,
  (_, ids) => `[${ids.replace(/\s+/g, " ")}]`,
);
writeFileSync(new URL("../../results/clients.json", import.meta.url), `${text}\n`);
