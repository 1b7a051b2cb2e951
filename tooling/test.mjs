// `npm test`: everything that must hold before a change lands, on a machine with nothing but Node 20 and npm. The last
// line says `exws: N passed, N failed`; the exit code is 0 only when nothing failed.
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { conformance } from "./conformance.mjs";
import { runJobs } from "./jobs.mjs";
import { prepareMachine } from "./machine.mjs";
import { endTogether, run } from "./run.mjs";
import { dependency, installDependencies, root } from "./setup.mjs";
import { vitest } from "./vitest-job.mjs";

/** A command that finds faults but counts no tests. @param {string} command @param {readonly string[]} args */
async function check(command, args) {
  const { code, output } = await run(command, args, { cwd: root });
  return { passed: 0, failed: code === 0 ? 0 : 1, output };
}

/** The codec's self-check in another runtime; it prints how many checks passed. @param {string} command @param {readonly string[]} args */
async function selfCheck(command, args) {
  const { code, output } = await run(command, args, { cwd: root });
  const passed = Number(/^(\d+) passed$/m.exec(output)?.[1] ?? 0);
  return { passed, failed: code === 0 && passed > 0 ? 0 : 1, note: `${passed} passed`, output };
}

/** The packages' own tests on another Node. @param {string} major */
const onNode = (major) => vitest(`node${major}`, ["packages/"], dependency(`node${major}/bin/node`));

/** @type {import("./jobs.mjs").Job[]} */
const jobs = [
  { name: "lint", run: () => check("biome", ["check", "--error-on-warnings"]) },
  { name: "build", run: () => check("turbo", ["run", "build", "--output-logs=errors-only"]) },
  {
    name: "typecheck, packages and apps",
    after: ["build"],
    run: () => check("turbo", ["run", "typecheck", "--output-logs=errors-only"]),
  },
  { name: "typecheck, tooling", after: ["build"], run: () => check("tsc", ["-p", "tooling/tsconfig.json"]) },
  {
    name: "all tests but the codecs', Node 26",
    run: () => vitest("others", ["--exclude={packages/{frame,handshake,deflate},tooling/faults}/**"]),
  },
  { name: "faults of clusters", run: () => vitest("faults", ["tooling/faults/"]) },
  {
    name: "codec tests with coverage, Node 26",
    run: () =>
      vitest("codecs", ["--coverage.enabled", "packages/frame/", "packages/handshake/", "packages/deflate/"]),
  },
  {
    name: "packed packages and npm start",
    after: ["build"],
    run: () => vitest("packed", ["--config", "tooling/packed/vitest.config.ts"]),
  },
];

const certificate = (/** @type {string} */ file) => join(root, "tooling/conformance-certificate", file);
const tls = [
  "--host",
  "localhost",
  "--tls-cert",
  certificate("cert.pem"),
  "--tls-key",
  certificate("key.pem"),
];
jobs.push(
  { name: "conformance", after: ["build"], run: () => conformance("quick", { suite: ["--quick"] }) },
  {
    name: "conformance over TLS",
    after: ["build"],
    run: () => conformance("tls", { echo: tls, suite: ["--quick"] }),
  },
  {
    name: "conformance, cut at random",
    after: ["build"],
    run: () => conformance("chop", { suite: ["--quick", "--chop", "random", "--seed", "1"] }),
  },
);
// Everybody is quick; continuous integration makes all 1,000 round trips.
if (process.env["CI"] !== undefined) {
  jobs.push({ name: "conformance, whole", after: ["build"], run: () => conformance("whole", {}) });
}

// The other runtimes come from npm as binaries for Linux x64, which is where continuous integration runs.
if (process.platform === "linux" && process.arch === "x64") {
  const frameCheck = "tooling/frame-check/run-dist.ts";
  const bun = dependency("@oven/bun-linux-x64/bin/bun");
  const deno = dependency("@deno/linux-x64-glibc/deno");
  jobs.push(
    { name: "frame on Bun", after: ["build"], run: () => selfCheck(bun, [frameCheck]) },
    {
      name: "frame on Deno",
      after: ["build"],
      run: () => selfCheck(deno, ["run", "--no-config", "--allow-read=packages/frame/dist", frameCheck]),
    },
    { name: "packages on Node 22", run: () => onNode("22") },
    { name: "packages on Node 24", run: () => onNode("24") },
  );
} else {
  console.log("Only on Linux x64: the tests on Node 22 and 24, Bun and Deno");
}

endTogether();
mkdirSync(join(root, ".cache/test"), { recursive: true });
const ready = { passed: 0, failed: 0 };
const totals = await runJobs(
  [
    { name: "dependencies", run: async () => ({ ...ready, note: await installDependencies() }) },
    { name: "machine", run: async () => ({ ...ready, note: await prepareMachine() }) },
  ],
  2,
);
if (totals.failed === 0) {
  const { passed, failed } = await runJobs(jobs, Math.min(2, availableParallelism()));
  totals.passed += passed;
  totals.failed += failed;
}
if (totals.passed === 0) totals.failed ||= 1;
console.log(`exws: ${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
