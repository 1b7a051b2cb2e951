import { everythingClean, readExpectation } from "../report/expectation.ts";
import { writeReports } from "../report/write-reports.ts";
import { type ClientSpec, readClientSpec, targetOf } from "../spec/client-spec.ts";
import { defaultOptions } from "../tester/protocol-options.ts";
import { type Concurrency, defaultConcurrency } from "../tester/schedule.ts";
import type { ServerTarget } from "../tester/test-server.ts";
import { testServers } from "../tester/test-servers.ts";
import { finish } from "./finish.ts";
import type { Invocation } from "./program.ts";
import { readThrough } from "./read-files.ts";
import { selectionOf } from "./read-selection.ts";
import { Progress } from "./terminal.ts";
import { UsageFault } from "./usage-fault.ts";

type ServerInvocation = Extract<Invocation, { command: "server" }>;

/** Tests servers; gives the exit code: 0 when every case is as expected, else 1. */
export async function serverCommand(invocation: ServerInvocation, version: string): Promise<number> {
  const { url, spec: specFile, timeout, repeat, quick, chopSeed } = invocation;
  const spec =
    specFile === undefined ? undefined : readThrough(specFile, (text) => readClientSpec(text, url));
  const targets = targetsOf(invocation, spec);
  const selection = selectionOf(invocation, spec);
  const expectation =
    invocation.expect === undefined ? everythingClean : readThrough(invocation.expect, readExpectation);
  let unreachable = 0;
  let progress: Progress | undefined;
  const result = await testServers(
    targets,
    selection,
    { concurrency: concurrencyOf(invocation.concurrency), timeout, repeat, quick, chopSeed },
    {
      begin(target, count) {
        progress?.end();
        progress = new Progress(process.stderr, target.agent ?? target.url.host, count);
      },
      started: (task) => progress?.started(task),
      finished: (task, one) => progress?.finished(task, one),
      unreachable(target, reason) {
        unreachable++;
        process.stderr.write(`exws-autobahn: ${target.url.href} cannot be reached: ${reason}\n`);
      },
    },
  );
  progress?.end();
  const outdir = invocation.outdir ?? spec?.outdir ?? "reports/servers";
  const report = result.agents.size === 0 ? undefined : await writeReports(result, { outdir, version });
  const code = finish(result, { expectation, reporter: invocation.reporter, report });
  return unreachable > 0 ? 1 : code;
}

function targetsOf(invocation: ServerInvocation, spec: ClientSpec | undefined): readonly ServerTarget[] {
  const { url, agent, origin, protocols } = invocation;
  if (spec !== undefined) return spec.targets;
  if (url === undefined) throw new UsageFault("name the server's url, or a file with --spec (see --help)");
  try {
    return [{ ...targetOf(url, defaultOptions), agent, origin, protocols }];
  } catch (error) {
    throw new UsageFault(error instanceof Error ? error.message : String(error));
  }
}

function concurrencyOf(wanted: number | undefined): Concurrency {
  if (wanted === undefined) return defaultConcurrency;
  return { light: wanted, heavy: Math.min(wanted, defaultConcurrency.heavy) };
}
