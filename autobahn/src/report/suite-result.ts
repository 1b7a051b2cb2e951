import { compareIds } from "../catalogue/section-titles.ts";
import type { CaseResult } from "../tester/case-result.ts";
import { compareGoodness } from "./goodness.ts";

/** What a run of the suite came to: for each agent its results by case, in the suite's order. */
export type SuiteResult = {
  readonly agents: ReadonlyMap<string, ReadonlyMap<string, CaseResult>>;
  readonly started: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** What was out of the ordinary, in words: fewer round trips, random chops. */
  readonly notes: readonly string[];
  readonly role: "servers" | "clients";
};

/** Collects results; of several runs of a case the worst counts. */
export class ResultCollector {
  readonly #agents = new Map<string, Map<string, CaseResult>>();

  add(result: CaseResult): void {
    let cases = this.#agents.get(result.agent);
    if (cases === undefined) {
      cases = new Map();
      this.#agents.set(result.agent, cases);
    }
    const { id } = result.case;
    const known = cases.get(id);
    if (known === undefined || compareGoodness(known, result) <= 0) cases.set(id, result);
  }

  /** All that came so far. */
  get agents(): SuiteResult["agents"] {
    return new Map(
      [...this.#agents].map(([agent, cases]) => [
        agent,
        new Map([...cases].toSorted(([a], [b]) => compareIds(a, b))),
      ]),
    );
  }
}
