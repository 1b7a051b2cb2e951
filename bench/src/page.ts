import { chart } from "./chart.ts";
import { columnsOf } from "./columns.ts";
import { panelOf } from "./panels.ts";
import type { Report } from "./report.ts";
import type { Result } from "./result.ts";

const style = `
  :root { color-scheme: light dark; --line: #8884; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 1160px; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
  h2 small { font-weight: normal; opacity: .6; }
  .scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
  th, td { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid var(--line); }
  th:first-child, td:first-child { text-align: left; padding-left: 0; }
  tr.own { font-weight: 600; } td.failed { text-align: left; opacity: .7; white-space: normal; }
`;

/** The report as a page that needs nothing else: charts are SVG, there are no scripts. */
export function pageOf(report: Report): string {
  const { machine, rounds, ms, pinned, generator, missing, notes } = report;
  const facts = [
    `${machine.date.slice(0, 16).replace("T", " ")} UTC`,
    `exws at ${machine.commit}, servers on Node ${machine.node}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}`,
    `medians of ${rounds} rounds of ${ms} ms; load generator in ${generator}; ${pinned ? "server and generator on cores of their own" : "nothing pinned to a core"}`,
    ...missing.map(({ name, why }) => `${name} does not take part: ${why}`),
    ...notes,
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>exws bench, ${escaped(machine.date.slice(0, 10))}, ${escaped(machine.host)}</title>
<style>${style}</style>
<h1>exws against other WebSocket servers</h1>
<ul>${facts.map((fact) => `<li>${escaped(fact)}</li>`).join("")}</ul>
<p>CPU time is the server's own, of all its threads, as the kernel counts it. How far “exws again” is from 1.00 is the noise:
a difference smaller than that is none. A server whose core is not near 100 % was waiting for something else; its messages per
second then say little. The floors speak no WebSocket: they send bytes back as they came.</p>
${report.results.map(sectionOf).join("\n")}
</html>
`;
}

function sectionOf(result: Result): string {
  const columns = columnsOf(result);
  const panel = panelOf(result);
  const head = ["", ...columns.map(({ heading }) => heading)]
    .map((text) => `<th>${escaped(text)}</th>`)
    .join("");
  const rows = result.rows.map((row) => {
    const cells =
      row.failed === undefined
        ? columns.map(({ cell }) => `<td>${escaped(cell(row))}</td>`).join("")
        : `<td class="failed" colspan="${columns.length}">${escaped(row.failed.split("\n")[0]!)}</td>`;
    const own = row.peer.startsWith("exws") ? ' class="own"' : "";
    return `<tr${own}><td>${escaped(row.label)}</td>${cells}</tr>`;
  });
  return `<h2 id="${result.scenario}">${escaped(result.title)} <small>${result.scenario}</small></h2>
${panel === undefined ? "" : chart([{ ...panel, title: "" }])}
<div class="scroll"><table><tr>${head}</tr>${rows.join("")}</table></div>
${result.notes.map((note) => `<p>${escaped(note)}</p>`).join("")}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
