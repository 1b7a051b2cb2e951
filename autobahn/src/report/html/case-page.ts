import type { Case, CaseEvent } from "../../catalogue/case.ts";
import { octetsOf } from "../../catalogue/payload.ts";
import { sectionOf, sectionTitles, subsectionOf } from "../../catalogue/section-titles.ts";
import type { CaseResult } from "../../tester/case-result.ts";
import type { Received } from "../../tester/case-run.ts";
import { escapeHtml } from "../case-report.ts";
import { payloadText } from "../payload-text.ts";
import { badge, page, time } from "./page.ts";
import { frameTable, octetList } from "./wire-tables.ts";

/** What a page of a case is linked to. */
export type CaseLinks = {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly linkTo: (id: string) => string;
  readonly version: string;
};

/** The page of one case: what was expected, and what happened down to the octets. */
export function casePage(result: CaseResult, { before, after, linkTo, version }: CaseLinks): string {
  const { case: one, connection } = result;
  const [section, sub] = [sectionOf(one.id), subsectionOf(one.id)];
  const titles = section === sub ? [sectionTitles[section]] : [sectionTitles[section], sectionTitles[sub]];
  const content = `
<nav><a href="index.html">All cases</a>${link(before, linkTo, "← ")}${link(after, linkTo, "", " →")}</nav>
<header>
<p class="soft">${escapeHtml(result.agent)} · ${escapeHtml(titles.join(" · "))}</p>
<h1>${one.id} ${escapeHtml(one.summary)}</h1>
<p>${escapeHtml(one.expectation)} <span class="soft">(${rfcLinks(one.section)})</span></p>
</header>
<div class="verdicts">
<section class="card">${badge(result.behavior)}<p>${escapeHtml(result.result)}</p></section>
<section class="card">${badge(result.behaviorClose)}<p>${escapeHtml(result.resultClose)}</p></section>
</div>
${eventTable(one, result)}
<h2>How the connection ended</h2>
<section class="card">${closeList(result)}</section>
<h2>Frames</h2>
<section class="card scroll">${frameTable(connection.log.entries)}</section>
<h2>Octets</h2>
<section class="card octets">${octetList(connection.log.entries)}</section>
<h2>Opening handshake</h2>
<section class="card octets"><div><p>sent</p><pre>${escapeHtml(result.httpRequest.trimEnd())}</pre></div>
<div class="in"><p>received</p><pre>${escapeHtml(result.httpResponse.trimEnd())}</pre></div></section>`;
  return page(`${one.id} ${result.agent}`, content, version);
}

function link(id: string | undefined, linkTo: (id: string) => string, left = "", right = ""): string {
  return id === undefined ? "" : `<a href="${linkTo(id)}">${left}${id}${right}</a>`;
}

/** RFC sections as links to their place, which only work where there is a network. */
function rfcLinks(section: string): string {
  let rfc = "";
  return escapeHtml(section).replaceAll(/RFC (\d+)|§([\d.]+\d|\d+)/g, (text, number, part) => {
    if (number !== undefined) rfc = number;
    const anchor = part === undefined ? "" : `#section-${part}`;
    return `<a href="https://www.rfc-editor.org/rfc/rfc${rfc}${anchor}">${text}</a>`;
  });
}

function eventTable(one: Case, { received }: CaseResult): string {
  if (one.judgement !== "events" && one.judgement !== "informational") return "";
  const lists = Object.entries(one.expect).map(
    ([name, events]) =>
      `<section class="card"><p class="soft">expected for ${badge(name)}</p>${eventList(
        events.map((event: CaseEvent) =>
          event.event === "timeout" ? event : { ...event, payload: octetsOf(event.payload) },
        ),
      )}</section>`,
  );
  return `<h2>Events</h2><div class="verdicts">${lists.join("")}<section class="card"><p class="soft">came</p>${eventList(received)}</section></div>`;
}

function eventList(events: readonly Received[]): string {
  if (events.length === 0) return "<p>nothing</p>";
  const items = events.map((event) => {
    if (event.event === "timeout") return `<li>end of pause ${escapeHtml(event.tag)}</li>`;
    const name = event.event === "pong" ? "Pong" : event.type;
    const text = payloadText(event.payload);
    return `<li>${name}, ${event.payload.length.toLocaleString("en")} octets${text === "" ? "" : `: <code>${escapeHtml(text)}</code>`}</li>`;
  });
  return `<ol>${items.join("")}</ol>`;
}

function closeList({ connection, case: one, duration }: CaseResult): string {
  const { closedByMe, codes, requireClean } = one.close;
  const code = (value: number | null): string => (value === null ? "no code" : String(value));
  const side = (byMe: boolean): string => (byMe ? "the tester" : "the peer");
  const rows: [string, string][] = [
    [
      "Expected",
      `${side(closedByMe)} closes; code ${[...new Set(codes)].join(", ")} or none${requireClean ? "; the handshake complete" : ""}`,
    ],
    [
      "Closed by",
      connection.openedAt === undefined ? "nobody: it never opened" : side(connection.closedByMe),
    ],
    ["Code of the peer", `${code(connection.remoteCloseCode)} ${connection.remoteCloseReason ?? ""}`],
    ["Code of the tester", code(connection.localCloseCode)],
    [
      "Complete",
      connection.wasClean ? "yes" : `no: ${connection.wasNotCleanReason ?? "no closing handshake"}`,
    ],
    ["TCP dropped by", side(connection.droppedByMe)],
    ["Time", time(duration)],
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>`;
}
