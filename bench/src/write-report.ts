import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./chart.ts";
import { pageOf } from "./page.ts";
import { panelOf } from "./panels.ts";
import type { Report } from "./report.ts";

/** The scenarios that the README's chart shows. */
const shown = ["echo-20b-text", "echo-20b-pipelined-text"];

/**
 * Writes `<date>-<host>.json` and `.html`, and `echo.svg` when the scenarios that it shows were measured; returns the
 * path of the page.
 */
export function writeReport(report: Report, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { date, host } = report.machine;
  const path = join(folder, `${date.slice(0, 10)}-${host}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(report)}\n`);
  writeFileSync(`${path}.html`, pageOf(report));
  const panels = shown.flatMap((id) => {
    const result = report.results.find(({ scenario }) => scenario === id);
    // The second exws is there for the noise, and only experts know what the floors are.
    const rows = result?.rows.filter(
      ({ peer, label }) => peer !== "exws-again" && !label.startsWith("floor: "),
    );
    const panel = result === undefined ? undefined : panelOf(result, rows);
    return panel === undefined ? [] : [panel];
  });
  if (panels.length === shown.length) writeFileSync(join(folder, "echo.svg"), `${chart(panels)}\n`);
  return `${path}.html`;
}
