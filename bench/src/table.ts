import Table from "cli-table3";
import pc from "picocolors";
import { columnsOf } from "./columns.ts";
import type { Result } from "./result.ts";

/** A result as a table for the terminal. */
export function tableOf(result: Result): string {
  const columns = columnsOf(result);
  const table = new Table({
    head: ["", ...columns.map(({ heading }) => heading)].map((text) => pc.bold(text)),
    colAligns: ["left", ...columns.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const row of result.rows) {
    const name = row.peer.startsWith("exws") ? pc.bold(row.label) : row.label;
    if (row.failed === undefined) table.push([name, ...columns.map(({ cell }) => cell(row))]);
    else {
      const content = pc.yellow(row.failed.split("\n")[0]!.slice(0, 80));
      table.push([name, { colSpan: columns.length, content, hAlign: "left" }]);
    }
  }
  const notes = result.notes.map((note) => pc.yellow(`${note}\n`)).join("");
  return `\n${pc.bold(result.title)} ${pc.dim(result.scenario)}\n${table.toString()}\n${notes}`;
}
