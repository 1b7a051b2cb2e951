import type { Case } from "../catalogue/case.ts";
import { findCase } from "../catalogue/catalogue.ts";
import type { Selection } from "../spec/selection.ts";
import type { Behavior } from "./case-run.ts";
import { HttpFault } from "./server-handshake.ts";

/** What a client's path asks for. */
export type Answer =
  | { readonly kind: "run"; readonly case: Case; readonly agent: string }
  /** A text, then the end. */
  | { readonly kind: "text"; readonly text: string }
  /** The verdict on a case, once it is there. */
  | { readonly kind: "status"; readonly case: Case; readonly agent: string }
  | { readonly kind: "reports"; readonly stop: boolean }
  | { readonly kind: "stop" }
  | { readonly kind: "direct" };

/** Knows the paths of the genuine suite's server, and which case of which agent is finished. */
export class Route {
  readonly #selection: Selection;
  /** Verdicts by agent and case; `undefined` while it runs. */
  readonly #verdicts = new Map<string, Behavior | undefined>();
  readonly #waiting = new Map<string, ((behavior: Behavior) => void)[]>();

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** Reads a request's target. Throws an HttpFault with 500, as the genuine suite does, when something is missing. */
  read(target: string): Answer {
    const url = new URL(target, "ws://server");
    const query = url.searchParams;
    for (const name of new Set(query.keys())) {
      if (query.getAll(name).length > 1) throw new HttpFault(500, `${name} stands there more than once`);
    }
    switch (url.pathname) {
      case "/getCaseCount":
        return { kind: "text", text: String(this.#selection.cases.length) };
      case "/getCaseInfo": {
        const { id, summary } = this.#caseOf(query);
        return { kind: "text", text: JSON.stringify({ id, description: summary }) };
      }
      case "/runCase":
        return { kind: "run", case: this.#caseOf(query), agent: agentOf(query) };
      case "/getCaseStatus":
        return { kind: "status", case: this.#caseOf(query), agent: agentOf(query) };
      case "/updateReports":
        agentOf(query);
        return { kind: "reports", stop: query.get("shutdownOnComplete") === "true" };
      case "/stopServer":
        return { kind: "stop" };
      default:
        return { kind: "direct" };
    }
  }

  begun(agent: string, id: string): void {
    this.#verdicts.set(`${agent} ${id}`, undefined);
  }

  finished(agent: string, id: string, behavior: Behavior): void {
    const key = `${agent} ${id}`;
    this.#verdicts.set(key, behavior);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const callback of waiting) callback(behavior);
  }

  /** Calls back with the verdict, at once when it is there. */
  whenFinished(agent: string, id: string, callback: (behavior: Behavior) => void): void {
    const key = `${agent} ${id}`;
    const verdict = this.#verdicts.get(key);
    if (verdict !== undefined) callback(verdict);
    else this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), callback]);
  }

  /** `case` counts from 1 within what is selected; `casetuple` is an id; the first wins. */
  #caseOf(query: URLSearchParams): Case {
    const { cases } = this.#selection;
    const number = query.get("case");
    const id = query.get("casetuple");
    if (number === null && id === null) throw new HttpFault(500, "case is missing");
    const found = number !== null ? cases[Number(number) - 1] : findCase(id!);
    if (found === undefined || !cases.includes(found)) {
      throw new HttpFault(500, `there is no case ${number ?? id}`);
    }
    return found;
  }
}

function agentOf(query: URLSearchParams): string {
  const agent = query.get("agent");
  if (agent === null || agent === "") throw new HttpFault(500, "agent is missing");
  return agent;
}
