// `pnpm bench`: exws against other WebSocket servers on this machine, in one run. README.md tells how and why.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { resultsFolder, rootFolder } from "./folders.ts";
import { Generator } from "./generator.ts";
import { lookAtMachine } from "./machine.ts";
import { type Conditions, measure } from "./measure.ts";
import { measureCodec } from "./measure-codec.ts";
import { measureIdle } from "./measure-idle.ts";
import { fitOpenFiles } from "./open-files.ts";
import { type Options, readOptions } from "./options.ts";
import { findPeers } from "./peers.ts";
import { pin } from "./pinning.ts";
import { endProgress, progress } from "./progress.ts";
import type { Report } from "./report.ts";
import type { Result } from "./result.ts";
import { selectPeers } from "./select-peers.ts";
import { tableOf } from "./table.ts";
import { writeReport } from "./write-report.ts";

const options = readOptions(process.argv.slice(2), resultsFolder);
if (options === "codec") await measureCodec();
else await bench(options);

async function bench({ scenarios, peers: names, rounds, ms, out, ...options }: Options): Promise<void> {
  const node = nodeNamed(options.node);
  const machine = lookAtMachine(node);
  const field = await findPeers(node, options.uws);
  const peers = selectPeers(field.peers, names);
  const missing = field.missing.filter(({ name }) => names === undefined || names.includes(name));
  for (const { name, why } of missing) console.log(`${name} does not take part: ${why}`);

  const pinning = pin();
  const { language, command: generator } = await Generator.command(options.nodeGenerator);
  const notes = [
    ...(pinning === undefined
      ? ["Nothing is pinned to a core, which takes taskset and two cores: more noise"]
      : []),
    ...(language === "Node"
      ? ["The load generator runs in Node and is slower than fast servers: look at CPU time only"]
      : []),
    ...(machine.loadBefore > 0.5
      ? [`Others used this machine: its load was ${machine.loadBefore.toFixed(1)} before`]
      : []),
  ];
  for (const note of notes) console.log(note);

  const conditions: Conditions = { generator, pinning, rounds, ms, progress };
  const results: Result[] = [];
  for (const wanted of scenarios) {
    const { scenario, notes: scenarioNotes } = fitOpenFiles(wanted);
    const taking = peers.filter((peer) => peer.takes(scenario));
    const result = await (scenario.kind === "idle" ? measureIdle : measure)(scenario, taking, conditions);
    results.push({ ...result, notes: [...scenarioNotes, ...result.notes] });
    endProgress();
    console.log(tableOf(results.at(-1)!));
    if (out === undefined) continue;
    const pinned = pinning !== undefined;
    const report: Report = {
      machine,
      rounds,
      ms,
      pinned,
      generator: language,
      missing,
      notes,
      results,
    };
    const page = writeReport(report, out);
    if (results.length === scenarios.length) console.log(`The report is ${page}`);
  }
}

/** The Node that an option names: a major version that is installed here, or a path. */
function nodeNamed(name: string): string {
  const path = join(rootFolder, `node_modules/node${name === "26" ? "" : name}/bin/node`);
  const found = [name, path].find((candidate) => existsSync(candidate));
  if (found === undefined) throw new RangeError(`there is no Node ${name} in node_modules`);
  return found;
}
