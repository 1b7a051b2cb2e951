import type { Case } from "../catalogue/case.ts";
import type { CaseRun, Received } from "./case-run.ts";
import type { Connection } from "./connection.ts";
import { judge, neverOpened, type Verdict } from "./verdict.ts";

/** All that is known about one run of one case. */
export type CaseResult = Verdict & {
  readonly case: Case;
  readonly agent: string;
  readonly started: Date;
  /** Milliseconds from the open connection to the end of TCP; from the start when it never opened. */
  readonly duration: number;
  readonly received: readonly Received[];
  readonly connection: Connection;
  readonly httpRequest: string;
  readonly httpResponse: string;
  /** Which run of the case it is, from 1; more than 1 with `repeat`. */
  readonly run: number;
};

/** What a result is made of. */
export type ResultParts = {
  readonly case: Case;
  readonly agent: string;
  readonly started: Date;
  readonly connection: Connection;
  readonly httpRequest: string;
  readonly httpResponse: string;
  readonly run: number;
  /** Absent when the connection never opened. */
  readonly caseRun: CaseRun | undefined;
  /** Why it did not. */
  readonly reason: string;
};

/** Judges a run that is over. */
export function resultOf({ caseRun, reason, ...parts }: ResultParts): CaseResult {
  const { connection, started } = parts;
  const verdict =
    caseRun === undefined ? neverOpened(parts.case, reason) : judge(parts.case, caseRun, connection);
  const duration =
    connection.openedAt === undefined
      ? Date.now() - started.getTime()
      : (connection.closedAt ?? performance.now()) - connection.openedAt;
  return { ...parts, ...verdict, duration: Math.round(duration), received: caseRun?.received ?? [] };
}
