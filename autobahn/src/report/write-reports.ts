import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { caseReportOf, reportJson } from "./case-report.ts";
import { agentPart, reportName } from "./file-names.ts";
import { casePage } from "./html/case-page.ts";
import { indexPage } from "./html/index-page.ts";
import { style } from "./html/style.ts";
import type { SuiteResult } from "./suite-result.ts";

/** A version of the suite for its reports. */
export type ReportOptions = { readonly outdir: string; readonly version: string };

/**
 * Writes the reports: `index.json` and a JSON file for each agent and case as the genuine suite does, and pages to read
 * beside them. Files of agents that did not run stay. Gives the path of the page to begin with.
 */
export async function writeReports(result: SuiteResult, { outdir, version }: ReportOptions): Promise<string> {
  await mkdir(outdir, { recursive: true });
  const names = fileNamesOf([...result.agents.keys()]);
  const index: Record<string, Record<string, unknown>> = {};
  const files: [string, string][] = [["report.css", style]];
  for (const [agent, cases] of result.agents) {
    const entries: Record<string, unknown> = {};
    const all = [...cases.values()];
    for (const [n, one] of all.entries()) {
      const name = reportName(names.get(agent)!, one.case.id);
      const { behavior, behaviorClose, duration, connection } = one;
      const { remoteCloseCode } = connection;
      entries[one.case.id] = {
        behavior,
        behaviorClose,
        duration,
        remoteCloseCode,
        reportfile: `${name}.json`,
      };
      files.push([`${name}.json`, reportJson(caseReportOf(one))]);
      const neighbours = { before: all[n - 1]?.case.id, after: all[n + 1]?.case.id };
      const linkTo = (id: string): string => `${reportName(names.get(agent)!, id)}.html`;
      files.push([`${name}.html`, casePage(one, { ...neighbours, linkTo, version })]);
    }
    index[agent] = entries;
  }
  files.push(["index.json", reportJson(index)]);
  files.push(["index.html", indexPage(result, names, version)]);
  for (const [name, text] of files) await writeFile(join(outdir, name), text);
  return join(outdir, "index.html");
}

/** What each agent is called in file names: two whose names come to the same are told apart by a number. */
function fileNamesOf(agents: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    agents.map((agent) => {
      let name = agent;
      for (let n = 2; taken.has(agentPart(name)); n++) name = `${agent} ${n}`;
      taken.add(agentPart(name));
      return [agent, name];
    }),
  );
}
