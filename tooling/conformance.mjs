// The conformance suite against the echo app: `pnpm autobahn [options]` runs every case (or what the options say, which
// are those of `exws-autobahn server`) and says where the report is. `npm test` runs the same.
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./run.mjs";
import { dependency, root } from "./setup.mjs";

const node = dependency(".bin/node");
const suite = join(root, "autobahn/dist/main.js");

/**
 * Starts the echo app on a free port and resolves with its url once it listens.
 *
 * @param {readonly string[]} options
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
function startEcho(options) {
  const child = spawn(node, [join(root, "apps/echo/dist/main.js"), "--port", "0", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      const url = /(wss?:\/\/\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve({ url, stop: () => child.kill() });
    });
    child.once("exit", (code) => reject(new Error(`the echo app ended with ${code}: ${output}`)));
  });
}

/**
 * Runs cases against the echo app and counts the verdicts: OK and INFORMATIONAL pass, everything else fails.
 *
 * @param {string} name names the report
 * @param {{ echo?: readonly string[], suite?: readonly string[] }} options of the app and of the suite
 * @returns {Promise<import("./jobs.mjs").Result>}
 */
export async function conformance(name, options) {
  const outdir = join(root, ".cache/autobahn", name);
  rmSync(outdir, { recursive: true, force: true });
  const { url, stop } = await startEcho(options.echo ?? []);
  const args = ["server", url, "--agent", "exws", "--outdir", outdir, ...(options.suite ?? [])];
  const { code, output } = await run(node, [suite, ...args], {
    cwd: root,
    // A certificate that the project made for its own tests.
    env: { NODE_EXTRA_CA_CERTS: join(root, "tooling/conformance-certificate/cert.pem") },
  });
  stop();
  /** @type {Record<string, Record<string, { behavior: string, behaviorClose: string }>>} */
  const index = JSON.parse(readFileSync(join(outdir, "index.json"), "utf8"));
  const verdicts = Object.values(index["exws"] ?? {});
  const good = (/** @type {string} */ verdict) => verdict === "OK" || verdict === "INFORMATIONAL";
  const passed = verdicts.filter(
    ({ behavior, behaviorClose }) => good(behavior) && good(behaviorClose),
  ).length;
  const failed = verdicts.length - passed;
  return {
    passed,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    note: `${passed} of ${verdicts.length} cases`,
    output,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { url, stop } = await startEcho([]);
  const outdir = join(root, "autobahn/reports");
  const child = spawn(
    node,
    [suite, "server", url, "--agent", "exws", "--outdir", outdir, ...process.argv.slice(2)],
    {
      stdio: "inherit",
    },
  );
  child.once("exit", (code) => {
    stop();
    process.exit(code ?? 1);
  });
}
