import { catalogue } from "../catalogue/catalogue.ts";
import { faultOfPattern, selectCases } from "../catalogue/patterns.ts";
import type { Selection } from "../spec/selection.ts";
import type { CommonOptions } from "./program.ts";
import { UsageFault } from "./usage-fault.ts";

const ids: ReadonlySet<string> = new Set(catalogue.map(({ id }) => id));

/** The cases that the command line asks for, out of those that the spec file selects (all without one). */
export function selectionOf(
  { cases, exclude }: Pick<CommonOptions, "cases" | "exclude">,
  spec: Selection | undefined,
): Selection {
  for (const pattern of [...(cases ?? []), ...exclude]) {
    const fault = faultOfPattern(pattern, ids);
    if (fault !== undefined) throw new UsageFault(fault);
  }
  const base = spec?.cases ?? catalogue;
  const selected = selectCases(base, cases ?? ["*"], exclude);
  if (selected.length === 0) throw new UsageFault("no case is selected");
  return { cases: selected, excludedFor: spec?.excludedFor ?? [] };
}
