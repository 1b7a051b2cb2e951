import type { Bar, Panel } from "./chart.ts";
import { significant } from "./columns.ts";
import type { Result, Row } from "./result.ts";

const units: Readonly<Record<string, string>> = {
  echo: "the server's CPU time for a message, µs; less is better",
  broadcast: "the server's CPU time for a delivery, µs; less is better",
  storm: "the server's CPU time for a connection, µs; less is better",
  idle: "resident memory for a connection after 30 s, bytes; less is better",
};

/** What a chart shows of a result, the best first; `undefined` when there is nothing to show. */
export function panelOf(result: Result, rows: readonly Row[] = result.rows): Panel | undefined {
  const bars = rows.flatMap(barOf).sort((a, b) => a.value - b.value);
  return bars.length === 0 ? undefined : { title: result.title, unit: units[result.kind] ?? "", bars };
}

function barOf(row: Row): Bar[] {
  const value = row.figures?.cpuUs ?? row.idle?.residentLater.value;
  if (value === undefined) return [];
  const floor = row.label.startsWith("floor: ");
  return [
    {
      label: floor ? row.label.slice(7) : row.label,
      value,
      text: row.idle === undefined ? significant(value) : Math.round(value).toLocaleString("en"),
      kind: row.peer.startsWith("exws") ? "own" : floor ? "floor" : "peer",
    },
  ];
}
