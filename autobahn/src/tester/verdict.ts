import type { Case } from "../catalogue/case.ts";
import { type Behavior, type CaseRun, sameEvents } from "./case-run.ts";
import type { Connection } from "./connection.ts";

/** How the connection ended, next to how it should have. */
export type BehaviorClose = "OK" | "FAILED" | "UNCLEAN" | "WRONG CODE" | "FAILED BY CLIENT" | "INFORMATIONAL";

/** What a case came to, each verdict with a sentence that says why. */
export type Verdict = {
  readonly behavior: Behavior;
  readonly behaviorClose: BehaviorClose;
  readonly result: string;
  readonly resultClose: string;
};

/** Judges a case whose connection was open and is gone. */
export function judge(one: Case, run: CaseRun, connection: Connection): Verdict {
  const ending = judgeClose(one, connection);
  const content = judgeContent(one, run, connection);
  if (one.judgement === "informational") {
    return { ...content, ...ending, behavior: "INFORMATIONAL", behaviorClose: "INFORMATIONAL" };
  }
  const { wrongCodeFails, wrongEndpointFails } = one.close;
  const closeFails =
    (wrongCodeFails === true && ending.behaviorClose === "WRONG CODE") ||
    (wrongEndpointFails === true && connection.closedByMe !== one.close.closedByMe);
  if (!closeFails) return { ...content, ...ending };
  return { ...ending, behavior: "FAILED", result: ending.resultClose };
}

/** The verdict on a case whose connection never opened. */
export function neverOpened(one: Case, reason: string): Verdict {
  const result = `The connection did not open: ${reason}.`;
  const informational = one.judgement === "informational";
  return {
    behavior: informational ? "INFORMATIONAL" : "FAILED",
    behaviorClose: informational ? "INFORMATIONAL" : "FAILED",
    result,
    resultClose: result,
  };
}

function judgeContent(
  { judgement, expect, id }: Case,
  run: CaseRun,
  { statistics, remoteCloseCode }: Connection,
): Pick<Verdict, "behavior" | "result"> {
  if (judgement !== "events" && judgement !== "informational") {
    const ended = `The connection ended before all was done${remoteCloseCode === null ? "" : `, the peer closed with ${remoteCloseCode}`}.`;
    return { behavior: run.behavior, result: run.result ?? ended };
  }
  // What the tester itself has to have done, by the genuine suite's own check.
  const { framesOut } = statistics;
  if (id === "10.1.1" && (framesOut.get(1) !== 1 || framesOut.get(0) !== 50)) {
    return { behavior: "FAILED", result: "The tester could not send all fragments." };
  }
  if (sameEvents(run.received, expect.OK)) {
    return { behavior: "OK", result: "What came is what was expected." };
  }
  const lesser = expect["NON-STRICT"];
  if (lesser !== undefined && sameEvents(run.received, lesser)) {
    return { behavior: "NON-STRICT", result: "What came is allowed, but there is a better way." };
  }
  return { behavior: "FAILED", result: "What came is not what was expected." };
}

function judgeClose({ close }: Case, connection: Connection): Pick<Verdict, "behaviorClose" | "resultClose"> {
  const { closedByMe, wasClean, wasNotCleanReason, remoteCloseCode, droppedByMe, isServer } = connection;
  if (closedByMe !== close.closedByMe) {
    const resultClose = closedByMe
      ? "The tester had to close the connection; the peer should have done so."
      : "The peer ended the connection; it should have waited for the tester's Close.";
    return { behaviorClose: "FAILED", resultClose };
  }
  if (close.requireClean && !wasClean) {
    const resultClose = `The closing handshake has to be complete here: ${wasNotCleanReason ?? "it was not"}.`;
    return { behaviorClose: "UNCLEAN", resultClose };
  }
  if (remoteCloseCode !== null && !close.codes.includes(remoteCloseCode)) {
    const codes = [...new Set(close.codes)].join(", ");
    const resultClose = `The peer closed with ${remoteCloseCode}; it should have been ${codes} or no code.`;
    return { behaviorClose: "WRONG CODE", resultClose };
  }
  if (!isServer && droppedByMe) {
    return {
      behaviorClose: "FAILED BY CLIENT",
      resultClose: "The tester had to drop TCP; the server should.",
    };
  }
  return { behaviorClose: "OK", resultClose: "The connection ended as it should." };
}
