import { createHash } from "node:crypto";
import type { Case, CaseEvent, Step } from "../../src/catalogue/case.ts";
import { octetsOf, type Payload } from "../../src/catalogue/payload.ts";
import { deflateOffer } from "../../src/wire/deflate-offer.ts";

/**
 * A case reduced to what is on the wire, when, and what is expected: one line for each thing, the same for our catalogue
 * and for a description of the genuine suite. The digests of these lines were made from such a description, which was
 * checked against the genuine suite itself.
 */
export function canonicalOf(one: Case): string[] {
  const { id, index, judgement, close, expect, offer } = one;
  return [
    `${id} ${index} ${judgement}`,
    ...one.steps.map(stepLine),
    ...Object.entries(expect).flatMap(([name, events]) =>
      judgement === "corpus" ? [] : [`expect ${name}`, ...events.map((event) => eventLine(event, judgement))],
    ),
    `close ${close.closedByMe} ${close.codes.join("/")} ${close.requireClean}`,
    `flags ${close.wrongEndpointFails === true} ${close.wrongCodeFails === true}`,
    ...(offer === undefined ? [] : [`offer ${deflateOffer(offer)}`]),
  ];
}

function stepLine(step: Step): string {
  switch (step.do) {
    case "frame":
      return frameLine({
        ...step,
        payload: payloadMark(step.payload),
        startsClosing: step.startsClosing === true,
      });
    case "message":
      return `message ${step.opcode} ${payloadMark(step.payload)} every ${step.fragment}`;
    case "frame-head":
      return `head ${step.opcode} announces ${step.length}`;
    case "frame-octets":
      return `octets ${payloadMark(step.payload)}`;
    case "wait":
      return `wait ${step.seconds} ${step.tag ?? "-"}`;
    case "kill-after":
    case "close-after":
      return `${step.do} ${step.seconds}`;
    case "echo-loop":
      return `echo-loop ${step.opcode} ${payloadMark(step.payload)} ${step.count}`;
    case "corpus-loop":
      return `corpus-loop ${step.opcode} ${step.corpus} ${step.length} every ${step.fragment} ${step.count}`;
  }
}

/** A frame; `payload` is a mark already. */
export function frameLine(frame: {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly payload: string;
  readonly chop?: number | undefined;
  readonly sync?: boolean | undefined;
  readonly startsClosing: boolean;
}): string {
  const { opcode, fin, rsv, payload, chop, sync, startsClosing } = frame;
  return `frame ${opcode} ${fin} ${rsv} ${payload} chop ${chop ?? "-"} sync ${sync === true} closing ${startsClosing}`;
}

function eventLine(event: CaseEvent, judgement: Case["judgement"]): string {
  if (event.event === "timeout") return `timeout ${event.tag}`;
  const byOctets = judgement === "events" || judgement === "informational";
  const mark = byOctets ? payloadMark(event.payload) : String(event.payload.length);
  return event.event === "pong" ? `pong ${mark}` : `message ${event.type} ${mark}`;
}

function payloadMark(payload: Payload): string {
  return markOf(octetsOf(payload));
}

/** Length and digest of some octets. */
export function markOf(octets: Uint8Array): string {
  return `${octets.length}:${createHash("sha256").update(octets).digest("hex").slice(0, 12)}`;
}

/** The digest of a case's lines. */
export function digestOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}
