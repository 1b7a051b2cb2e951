import { BusError, type BusErrorCode } from "@exws/channels";

/** Answers of Redis that another time may be others: it starts, has no room, is being moved. */
const passing =
  /^(?:-?(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MOVED|ASK|READONLY|MISCONF|OOM|NOREPLICAS|UNBLOCKED)\b|ERR max number of clients|ERR max clients)/;

/** Any other answer of Redis: errors of a reply begin with a word in capitals, those of libraries and of Node do not. */
const answer = /^-?[A-Z][A-Z0-9]*\b /;

/** What a rejection of a client is to those who use a bus. `what` says what was tried. */
export function busErrorOf(cause: unknown, what: string): BusError {
  if (cause instanceof BusError) return cause;
  const message = messageOf(cause);
  return new BusError(codeOf(message), `${what}: ${message}`, { cause });
}

/** Whether a cluster says that a slot is elsewhere for good: what is known of it is old. ASK is for the time of its move only. */
export function isMoved(error: BusError): boolean {
  return /^-?MOVED\b/.test(messageOf(error.cause));
}

/** Whether a server is no master, or no longer. */
export function isDemoted(error: BusError): boolean {
  return /^-?READONLY\b/.test(messageOf(error.cause));
}

/** Whether Redis does not know a script by its digest. */
export function isUnknownScript(error: BusError): boolean {
  return /^-?NOSCRIPT\b/.test(messageOf(error.cause));
}

function codeOf(message: string): BusErrorCode {
  if (passing.test(message)) return "unavailable";
  return answer.test(message) ? "refused" : "unavailable";
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
