import type { Case } from "../../catalogue/case.ts";
import { compareIds, sectionOf, sectionTitles, subsectionOf } from "../../catalogue/section-titles.ts";
import type { CaseResult } from "../../tester/case-result.ts";
import { escapeHtml } from "../case-report.ts";
import { reportName } from "../file-names.ts";
import { countPairs, type Goodness, goodnessOf, isClean, pairName } from "../goodness.ts";
import type { SuiteResult } from "../suite-result.ts";
import { badge, page, time } from "./page.ts";

type Cases = ReadonlyMap<string, CaseResult>;

const kinds: readonly Goodness[] = ["good", "neutral", "lesser", "bad"];

/** The page that a reader begins with: what each agent came to, and every case of every agent. */
export function indexPage(
  { agents, started, duration, notes, role }: SuiteResult,
  names: ReadonlyMap<string, string>,
  version: string,
): string {
  const all = new Map([...agents.values()].flatMap((cases) => [...cases].map(([id, one]) => [id, one.case])));
  const ids = [...all.keys()].toSorted(compareIds);
  const sections = [...new Set(ids.map(sectionOf))];
  const tested = role === "servers" ? "server" : "client";
  const title = `Autobahn: ${[...agents.keys()].join(", ")}`;
  const content = `
<header>
<h1>WebSocket conformance</h1>
<p class="soft">${ids.length} cases, ${agents.size} ${tested}${agents.size === 1 ? "" : "s"}, ${started.toISOString().slice(0, 16).replace("T", " ")} UTC, ${time(duration)}</p>
</header>
${notes.map((note) => `<p class="notes">${escapeHtml(note)}</p>`).join("\n")}
<div class="agents">${[...agents].map(([agent, cases]) => agentCard(agent, names.get(agent)!, cases)).join("\n")}</div>
<form class="filter" role="search" onsubmit="return false">
<input type="search" id="words" placeholder="Filter: 6.4, ping, UTF-8 …" aria-label="Filter by id or words">
<select id="kind" aria-label="Filter by verdict"><option value="">every verdict</option><option value="red">all but OK</option><option value="bad">faults</option><option value="lesser">lesser faults</option><option value="neutral">neither good nor bad</option><option value="good">OK</option></select>
<output id="shown"></output>
</form>
${sections.map((section) => sectionBlock(section, ids, all, agents, names)).join("\n")}
<script>
"use strict";
const words = document.getElementById("words"), kind = document.getElementById("kind"), shown = document.getElementById("shown");
const rows = [...document.querySelectorAll("tr[data-text]")], blocks = [...document.querySelectorAll("details.section")];
const wasOpen = new Map(blocks.map((block) => [block, block.open]));
const filter = () => {
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const has = wanted.every((word) => /^[0-9.]+$/.test(word) ? (row.dataset.id + ".").startsWith(word.endsWith(".") ? word : word + ".") || row.dataset.id.startsWith(word) && word.includes(".") : row.dataset.text.includes(word));
    const kinds = row.dataset.kinds.split(" ");
    const is = kind.value === "" || (kind.value === "red" ? kinds.some((one) => one !== "good") : kinds.includes(kind.value));
    row.hidden = !(has && is);
    if (!row.hidden) count++;
  }
  for (const heading of document.querySelectorAll("tr.sub")) {
    let next = heading.nextElementSibling, any = false;
    for (; next && !next.classList.contains("sub"); next = next.nextElementSibling) any ||= !next.hidden;
    heading.hidden = !any;
  }
  const active = wanted.length > 0 || kind.value !== "";
  for (const block of blocks) {
    const any = block.querySelector("tr[data-text]:not([hidden])") !== null;
    block.hidden = !any;
    block.open = active ? any : wasOpen.get(block);
  }
  shown.value = active ? count + " of " + rows.length : "";
};
words.addEventListener("input", filter);
kind.addEventListener("input", filter);
</script>`;
  return page(title, content, version);
}

function agentCard(agent: string, name: string, cases: Cases): string {
  const results = [...cases.values()];
  const shares = kinds
    .map((kind) => ({ kind, times: results.filter((one) => goodnessOf(one) === kind).length }))
    .filter(({ times }) => times > 0)
    .map(({ kind, times }) => `<i class="${kind}" style="flex:${times}" title="${times}"></i>`);
  const counts = countPairs(results).map(([name, times]) => {
    const words = name.split(" / ").map(badge).join(" ");
    return `<li><b>${times}</b> ${words}</li>`;
  });
  const clean = results.every(isClean);
  return `<section class="card agent"><h2>${escapeHtml(agent)}</h2>
<div class="bar" role="img" aria-label="${results.filter(isClean).length} of ${results.length} as they should be">${shares.join("")}</div>
<ul class="counts">${counts.join("")}</ul>
<p class="soft">${clean ? "Every case is as it should be." : `${results.filter((one) => !isClean(one)).length} of ${results.length} cases are not as they should be.`}</p>
${squares(name, results)}</section>`;
}

/** Every case as a square, a row for each section. */
function squares(name: string, results: readonly CaseResult[]): string {
  const rows = [...new Set(results.map((one) => sectionOf(one.case.id)))].map((section) => {
    const links = results
      .filter((one) => sectionOf(one.case.id) === section)
      .map((one) => {
        const title = `${one.case.id} ${pairName(one)}: ${one.case.summary}`;
        return `<a class="${goodnessOf(one)}" href="${reportName(name, one.case.id)}.html" title="${escapeHtml(title)}" aria-label="${escapeHtml(title)}"></a>`;
      });
    return `<dt title="${escapeHtml(sectionTitles[section] ?? "")}">${section}</dt><dd>${links.join("")}</dd>`;
  });
  return `<dl class="squares">${rows.join("")}</dl>`;
}

function sectionBlock(
  section: string,
  ids: readonly string[],
  all: ReadonlyMap<string, Case>,
  agents: SuiteResult["agents"],
  names: ReadonlyMap<string, string>,
): string {
  const mine = ids.filter((id) => sectionOf(id) === section);
  const results = mine.flatMap((id) => [...agents.values()].flatMap((cases) => cases.get(id) ?? []));
  const counts = kinds.map((kind) => results.filter((one) => goodnessOf(one) === kind).length);
  const open = counts[2]! + counts[3]! > 0 ? " open" : "";
  const tally = kinds
    .map((kind, n) => (counts[n]! > 0 ? `<span class="dots"><i class="${kind}"></i></span>${counts[n]}` : ""))
    .join(" ");
  const heads = [...agents.keys()].map((agent) => `<th>${escapeHtml(agent)}</th>`).join("");
  let last = "";
  const rows = mine.map((id) => {
    const sub = subsectionOf(id);
    const heading =
      sub === last || sub === section
        ? ""
        : `<tr class="sub"><th colspan="${2 + agents.size}">${sub} ${escapeHtml(sectionTitles[sub] ?? "")}</th></tr>`;
    last = sub;
    return heading + caseRow(all.get(id)!, agents, names);
  });
  return `<details class="section"${open}><summary><b>${section}</b> ${escapeHtml(sectionTitles[section] ?? "")}<span class="tally">${tally}</span></summary>
<div class="scroll"><table class="matrix"><thead><tr><th>Case</th>${heads}<th>What the tester does</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></details>`;
}

function caseRow(one: Case, agents: SuiteResult["agents"], names: ReadonlyMap<string, string>): string {
  const results = [...agents].map(([agent, cases]) => ({ agent, result: cases.get(one.id) }));
  const cells = results.map(({ agent, result }) => {
    if (result === undefined) return "<td></td>";
    const { behavior, behaviorClose, duration, connection } = result;
    const both = behavior === behaviorClose ? badge(behavior) : `${badge(behavior)} ${badge(behaviorClose)}`;
    const code = connection.remoteCloseCode ?? "no code";
    return `<td class="verdict"><a href="${reportName(names.get(agent)!, one.id)}.html">${both}<small>${code}, ${time(duration)}</small></a></td>`;
  });
  const goodness = results.flatMap(({ result }) => (result === undefined ? [] : [goodnessOf(result)]));
  const verdicts = results.flatMap(({ result }) => [result?.behavior ?? "", result?.behaviorClose ?? ""]);
  const text = [
    one.id,
    one.summary,
    sectionTitles[sectionOf(one.id)],
    sectionTitles[subsectionOf(one.id)],
    one.section,
    ...verdicts,
  ];
  return `<tr data-id="${one.id}" data-kinds="${[...new Set(goodness)].join(" ")}" data-text="${escapeHtml(text.join(" ").toLowerCase())}"><td class="id">${one.id}</td>${cells.join("")}<td class="summary">${escapeHtml(one.summary)}</td></tr>`;
}
