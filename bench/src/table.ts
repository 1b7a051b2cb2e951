import Table from "cli-table3";
import pc from "picocolors";
import type { Result, Row } from "./result.ts";

/** A result as a table for the terminal. */
export function tableOf(result: Result): string {
  const idle = result.kind === "idle";
  const unit = { echo: "message", broadcast: "delivery", storm: "connection" }[result.kind] ?? "";
  const head = idle
    ? ["", "heap B/conn.", "RSS B/conn.", "× exws"]
    : ["", `CPU µs/${unit}`, "× exws", "per second", "p50 µs", "p99 µs", "server", "generator", "RSS MB"];
  const table = new Table({
    head: head.map((text) => pc.bold(text)),
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of result.rows) table.push(cells(row, idle));
  const notes = result.notes.map((note) => pc.dim(`  ${note}\n`)).join("");
  return `${pc.bold(result.title)} ${pc.dim(result.scenario)}\n${table.toString()}\n${notes}`;
}

function cells(row: Row, idle: boolean): (string | { colSpan: number; content: string; hAlign: "left" })[] {
  const { figures, idle: memory, failed } = row;
  if (idle && memory !== undefined) {
    const { heapPerConnection, rssPerConnection } = memory;
    return [row.label, whole(heapPerConnection), whole(rssPerConnection), ratio(row.ratio)];
  }
  if (figures === undefined) {
    const content = pc.yellow((failed ?? "").split("\n")[0]!.slice(0, 90));
    return [row.label, { colSpan: idle ? 3 : 8, content, hAlign: "left" }];
  }
  const { cpuUs, perSecond, p50Us, p99Us, serverLoad, generatorLoad, rssBytes } = figures;
  const load = `${Math.round(serverLoad * 100)} %`;
  return [
    row.label,
    significant(cpuUs),
    ratio(row.ratio),
    whole(perSecond),
    whole(p50Us),
    whole(p99Us),
    serverLoad < 0.95 ? pc.yellow(load) : load,
    `${Math.round(generatorLoad * 100)} %`,
    rssBytes === undefined ? "" : whole(rssBytes / 1e6),
  ];
}

/** Three digits that mean something. */
export function significant(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3);
}

function whole(value: number | undefined): string {
  return value === undefined ? "" : Math.round(value).toLocaleString("en");
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(2);
}
