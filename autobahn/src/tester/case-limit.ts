import type { Case } from "../catalogue/case.ts";

/** Seconds for the opening handshake, the answer to a Close and the end of TCP, and a little more. */
const slack = 8;

/**
 * Seconds after which a case is ended from outside. Every case has timers of its own; this one is for peers that get
 * around them, for which the genuine suite would wait without end.
 */
export function caseLimit({ steps }: Case): number {
  let pauses = 0;
  let longest = 0;
  for (const step of steps) {
    if (step.do === "wait") pauses += step.seconds;
    else if (step.do === "kill-after" || step.do === "close-after") {
      longest = Math.max(longest, pauses + step.seconds);
    }
  }
  return Math.max(longest, pauses) + slack;
}
