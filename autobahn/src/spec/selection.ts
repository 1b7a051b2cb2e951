import type { Case } from "../catalogue/case.ts";
import { catalogue } from "../catalogue/catalogue.ts";
import { faultOfPattern, matchesWhole, selectCases } from "../catalogue/patterns.ts";
import { Fields, stringsOf } from "./fields.ts";
import { FileFault, type Located } from "./located-json.ts";

/** Which cases run, and which of them not for whom. */
export type Selection = {
  readonly cases: readonly Case[];
  readonly excludedFor: readonly { readonly agent: string; readonly cases: readonly string[] }[];
};

const ids: ReadonlySet<string> = new Set(catalogue.map(({ id }) => id));

/** Reads `cases`, `exclude-cases` and `exclude-agent-cases`; throws a FileFault at a pattern that can mean nothing. */
export function readSelection(fields: Fields): Selection {
  const patterns = (name: string): string[] => {
    const field = fields.get(name);
    return field === undefined ? [] : patternsOf(field, name);
  };
  if (!fields.has("cases")) throw new FileFault(fields.line, "cases is missing");
  const cases = selectCases(catalogue, patterns("cases"), patterns("exclude-cases"));
  const agents = fields.get("exclude-agent-cases");
  const excludedFor =
    agents === undefined
      ? []
      : new Fields(agents, "exclude-agent-cases")
          .entries()
          .map(([agent, value]) => ({ agent, cases: patternsOf(value, `the list of ${agent}`) }));
  return { cases, excludedFor };
}

/** Whether a case is left out for an agent. */
export function isExcluded({ excludedFor }: Selection, agent: string, id: string): boolean {
  return excludedFor.some(
    (one) => matchesWhole(one.agent, agent) && one.cases.some((pattern) => matchesWhole(pattern, id)),
  );
}

function patternsOf(value: Located, what: string): string[] {
  const patterns = stringsOf(value, what);
  for (const [n, pattern] of patterns.entries()) {
    const fault = faultOfPattern(pattern, ids);
    const line = value.kind === "array" ? value.items[n]!.line : value.line;
    if (fault !== undefined) throw new FileFault(line, `${what}: ${fault}`);
  }
  return patterns;
}
