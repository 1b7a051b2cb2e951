// `pnpm bench`: exws against other WebSocket servers on this machine, in one run. README.md tells how and why.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compile } from "./compile.ts";
import { resultsFolder, rootFolder } from "./folders.ts";
import { measure } from "./measure.ts";
import { readOptions } from "./options.ts";
import type { Peer } from "./peer.ts";
import { findPeers } from "./peers.ts";
import { pin } from "./pinning.ts";
import type { Result } from "./result.ts";
import { tableOf } from "./table.ts";

const options = readOptions(process.argv.slice(2), resultsFolder);
if (options === "codec") throw new Error("not yet");

const notes: string[] = [];
const note = (text: string): void => {
  notes.push(text);
  console.log(text);
};

const node = existsSync(options.node)
  ? options.node
  : join(rootFolder, `node_modules/node${options.node === "26" ? "" : options.node}/bin/node`);
const field = await findPeers(node);
for (const { name, why } of field.missing) note(`${name} does not take part: ${why}.`);
const wanted = options.peers?.map((name) => {
  const peer = field.peers.find((candidate) => candidate.name === name);
  if (peer === undefined)
    throw new RangeError(`no peer is called ${name}: there are ${field.peers.map((p) => p.name).join(", ")}`);
  return peer;
});
const peers: readonly Peer[] = wanted ?? field.peers;

const pinning = pin();
if (pinning === undefined)
  note("Nothing is pinned to a core: that takes taskset and two cores. Expect more noise.");
const generator = options.nodeGenerator ? undefined : compile("generator");
if (generator === undefined)
  note("The load generator runs in Node: for fast servers it is the bottleneck. Look at the CPU times only.");

const results: Result[] = [];
for (const scenario of options.scenarios) {
  const taking = peers.filter((peer) => peer.takes(scenario));
  const { rounds, ms } = options;
  const progress = (text: string): void =>
    void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));
  const result = await measure(scenario, taking, { generator, pinning, rounds, ms, progress });
  progress("");
  results.push(result);
  console.log(tableOf(result));
}
