import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import pico from "picocolors";
import { everythingClean, readExpectation } from "../report/expectation.ts";
import { type Goodness, goodnessOf, pairName } from "../report/goodness.ts";
import type { SuiteResult } from "../report/suite-result.ts";
import { writeReports } from "../report/write-reports.ts";
import { readServerSpec, type ServerSpec } from "../spec/server-spec.ts";
import type { CaseResult } from "../tester/case-result.ts";
import { FuzzingServer } from "../tester/fuzzing-server.ts";
import { finish } from "./finish.ts";
import type { Invocation } from "./program.ts";
import { readThrough } from "./read-files.ts";
import { selectionOf } from "./read-selection.ts";
import { UsageFault } from "./usage-fault.ts";

type ClientInvocation = Extract<Invocation, { command: "client" }>;

const marks: Readonly<Record<Goodness, (text: string) => string>> = {
  good: pico.green,
  neutral: pico.gray,
  lesser: pico.yellow,
  bad: pico.red,
};

/**
 * Awaits clients until one asks for the end, the command under test has ended, or a signal comes; gives the exit code:
 * 0 when every case of every client was as expected.
 */
export async function clientCommand(invocation: ClientInvocation, version: string): Promise<number> {
  const { spec: specFile, quick, timeout, chopSeed, run } = invocation;
  const spec = specFile === undefined ? undefined : readThrough(specFile, readServerSpec);
  const selection = selectionOf(invocation, spec);
  const expectation =
    invocation.expect === undefined ? everythingClean : readThrough(invocation.expect, readExpectation);
  const outdir = invocation.outdir ?? spec?.outdir ?? "reports/clients";
  const write = (result: SuiteResult): Promise<string> => writeReports(result, { outdir, version });
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const server = new FuzzingServer({
    selection,
    ...placeOf(invocation, spec),
    protocols: spec?.protocols ?? [],
    ...(spec !== undefined && { options: spec.options }),
    quick,
    timeout,
    chopSeed,
    outdir,
    updateReports: write,
    onResult: show,
    onStop: () => stop(),
  });
  let url: string;
  try {
    url = await server.listen();
  } catch (error) {
    throw new UsageFault(`cannot listen: ${error instanceof Error ? error.message : error}`);
  }
  process.stderr.write(`exws-autobahn awaits clients on ${url} (${selection.cases.length} cases)\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  if (run.length > 0) void runClient(run, url).then(() => stop());
  await stopped;
  void server.close();
  const { result } = server;
  const report = result.agents.size === 0 ? undefined : await write(result);
  const code = finish(result, { expectation, reporter: invocation.reporter, report });
  // Clients that are still connected would keep the process.
  setTimeout(() => process.exit(code), 1000).unref();
  return code;
}

function placeOf(
  { host, port }: ClientInvocation,
  spec: ServerSpec | undefined,
): { host: string; port: number; tls?: { cert: string; key: string } } {
  if (spec === undefined) return { host, port };
  const url = new URL(spec.url);
  const place = { host: url.hostname, port: Number(url.port || (url.protocol === "wss:" ? 443 : 80)) };
  if (url.protocol !== "wss:") return place;
  if (spec.cert === undefined || spec.key === undefined)
    throw new UsageFault("a wss:// url needs key and cert");
  const tls = { cert: readFileSync(spec.cert, "utf8"), key: readFileSync(spec.key, "utf8") };
  return { ...place, tls };
}

function runClient([command = "", ...args]: readonly string[], url: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, AUTOBAHN_URL: url },
    });
    child.on("error", (error) => {
      process.stderr.write(`exws-autobahn: ${command} cannot be run: ${error.message}\n`);
      resolve();
    });
    child.on("exit", () => resolve());
  });
}

function show(result: CaseResult): void {
  if (!process.stderr.isTTY) return;
  const name = marks[goodnessOf(result)](pairName(result));
  process.stderr.write(`${pico.dim(result.agent)} ${result.case.id.padEnd(8)} ${name}\n`);
}
