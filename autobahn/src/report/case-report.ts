import type { Case, CaseEvent } from "../catalogue/case.ts";
import { octetsOf } from "../catalogue/payload.ts";
import type { CaseResult } from "../tester/case-result.ts";
import type { Received } from "../tester/case-run.ts";
import type { Counts, Statistics } from "../tester/statistics.ts";
import type { WireEntry } from "../tester/wire-log.ts";
import { hexText, payloadText } from "./payload-text.ts";

/** The report of one case, with the fields of the genuine suite's per-case JSON. */
export type CaseReport = { readonly [field: string]: unknown };

/** Makes the report of a result. */
export function caseReportOf(result: CaseResult): CaseReport {
  const { case: one, connection } = result;
  return {
    agent: result.agent,
    id: one.id,
    case: one.index,
    description: escapeHtml(one.summary),
    expectation: escapeHtml(one.expectation),
    started: result.started.toISOString(),
    duration: result.duration,
    behavior: result.behavior,
    behaviorClose: result.behaviorClose,
    result: result.result,
    resultClose: result.resultClose,
    expected: expectedOf(one),
    expectedClose: expectedCloseOf(one),
    received: result.received.map(eventRow),
    isServer: connection.isServer,
    closedByMe: connection.closedByMe,
    failedByMe: connection.failedByMe,
    droppedByMe: connection.droppedByMe,
    wasClean: connection.wasClean,
    wasNotCleanReason: connection.wasNotCleanReason,
    wasServerConnectionDropTimeout: connection.wasServerConnectionDropTimeout,
    wasOpenHandshakeTimeout: connection.wasOpenHandshakeTimeout,
    wasCloseHandshakeTimeout: connection.wasCloseHandshakeTimeout,
    localCloseCode: connection.localCloseCode,
    localCloseReason: connection.localCloseReason === null ? null : payloadText(connection.localCloseReason),
    remoteCloseCode: connection.remoteCloseCode,
    remoteCloseReason: connection.remoteCloseReason,
    httpRequest: result.httpRequest,
    httpResponse: result.httpResponse,
    createStats: true,
    rxOctetStats: countsOf(connection.statistics.reads),
    txOctetStats: countsOf(connection.statistics.writes),
    rxFrameStats: countsOf(connection.statistics.framesIn),
    txFrameStats: countsOf(connection.statistics.framesOut),
    createWirelog: connection.log.on,
    wirelog: connection.log.entries.flatMap(wireRow),
    reportTime: one.id.startsWith("9.") || one.judgement === "corpus",
    reportCompressionRatio: one.judgement === "corpus",
    trafficStats: one.judgement === "corpus" ? trafficOf(connection.statistics) : null,
  };
}

/** JSON as the genuine suite writes it: keys sorted, indented by three. */
export function reportJson(value: unknown): string {
  const sorted = (_key: string, item: unknown): unknown =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return `${JSON.stringify(value, sorted, 3)}\n`;
}

/** Text as it may stand in HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function expectedOf({ expect, judgement }: Case): Record<string, unknown> {
  if (judgement !== "events" && judgement !== "informational") return {};
  return Object.fromEntries(
    Object.entries(expect).map(([name, events]) => [
      name,
      events.map((event: CaseEvent) =>
        eventRow(event.event === "timeout" ? event : { ...event, payload: octetsOf(event.payload) }),
      ),
    ]),
  );
}

function expectedCloseOf({ close }: Case): Record<string, unknown> {
  const { closedByMe, codes, requireClean, wrongEndpointFails } = close;
  return {
    closedByMe,
    closeCode: codes,
    requireClean,
    ...(wrongEndpointFails === true && { closedByWrongEndpointIsFatal: true }),
  };
}

function eventRow(event: Received): unknown[] {
  if (event.event === "timeout") return ["timeout", event.tag];
  const text = payloadText(event.payload);
  return event.event === "pong" ? ["pong", text] : ["message", text, event.type === "binary"];
}

function countsOf(counts: Counts): Record<string, number> {
  return Object.fromEntries([...counts].map(([what, times]) => [String(what), times]));
}

function keyText(key: number | undefined): string | null {
  return key === undefined ? null : key.toString(16).padStart(8, "0");
}

/** A row of the genuine wire log; what only our own report shows has none. */
function wireRow(entry: WireEntry): unknown[][] {
  switch (entry.kind) {
    case "read":
      return [["RO", [entry.excerpt.length, hexText(entry.excerpt.octets, entry.excerpt.length)]]];
    case "write":
      return [
        ["TO", [entry.excerpt.length, hexText(entry.excerpt.octets, entry.excerpt.length)], entry.queued],
      ];
    case "frame-in": {
      const { payload, opcode, fin, rsv, key } = entry;
      const text = payloadText(payload.octets, payload.length);
      return [["RF", [payload.length, text], opcode, fin, rsv, key !== undefined, keyText(key)]];
    }
    case "frame-out": {
      const { payload, opcode, fin, rsv, key, chop, sync } = entry;
      const text = payloadText(payload.octets, payload.length);
      const shape = [opcode, fin, rsv, keyText(key), null, chop ?? null, sync];
      return [["TF", [payload.length, text], ...shape]];
    }
    case "pause":
      return [["CT", entry.seconds, entry.tag ?? null]];
    case "pause-end":
      return [["CTE", entry.tag ?? null]];
    case "kill-after":
      return [["KL", entry.seconds]];
    case "close-after":
      return [["TI", entry.seconds]];
    case "kill":
      return [["KLE"]];
    case "close":
      return [["TIE"]];
    case "log":
      return [["WLM", entry.on]];
    case "note":
      return [];
  }
}

function trafficOf({ incoming, outgoing, preopenIn, preopenOut }: Statistics): Record<string, unknown> {
  const ratio = (part: number, of: number): number | null => (of === 0 ? null : part / of);
  return {
    ...Object.fromEntries(
      Object.entries({ incoming, outgoing }).flatMap(([name, traffic]) => {
        const { octetsOnWire, octetsInFrames, octetsInMessages, frames, messages } = traffic;
        return [
          [`${name}OctetsWireLevel`, octetsOnWire],
          [`${name}OctetsWebSocketLevel`, octetsInFrames],
          [`${name}OctetsAppLevel`, octetsInMessages],
          [`${name}WebSocketFrames`, frames],
          [`${name}WebSocketMessages`, messages],
          [`${name}CompressionRatio`, ratio(octetsInFrames, octetsInMessages)],
          [`${name}WebSocketOverhead`, ratio(octetsOnWire - octetsInFrames, octetsInFrames)],
        ];
      }),
    ),
    preopenIncomingOctetsWireLevel: preopenIn,
    preopenOutgoingOctetsWireLevel: preopenOut,
  };
}
