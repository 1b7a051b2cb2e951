// `npm start -- [options]`, `npm run chat -- [options]`: installs, builds and runs the app that the first argument names. Needs
// nothing but Node 20 and npm.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { Progress } from "./progress.mjs";
import { endTogether, run } from "./run.mjs";
import { dependency, installDependencies, root } from "./setup.mjs";

const progress = new Progress();
const [app = "echo", ...rest] = process.argv.slice(2);
// pnpm hands on the -- that npm takes.
const options = rest[0] === "--" ? rest.slice(1) : rest;

/**
 * @param {string} name
 * @param {() => Promise<string>} work
 */
async function step(name, work) {
  progress.start(name);
  try {
    progress.end(name, true, await work());
  } catch (error) {
    progress.end(name, false);
    console.error(error instanceof Error ? error.message : error);
    console.error(`exws: ${name} failed`);
    process.exit(1);
  }
}

const release = endTogether();
await step("dependencies", installDependencies);
await step("build", async () => {
  const { code, output } = await run(
    "turbo",
    ["run", "build", `--filter=./apps/${app}...`, "--output-logs=errors-only"],
    { cwd: root },
  );
  if (code !== 0) throw new Error(output);
  return output.includes("FULL TURBO") ? "up to date" : "";
});
release();

const main = join(root, "apps", app, "dist/main.js");
// A process group of its own: a terminal's Ctrl-C reaches us only, and the app gets it from us, once.
const program = spawn(dependency(".bin/node"), [main, ...options], {
  stdio: "inherit",
  detached: true,
});

/** @type {Map<string, number>} */
const passed = new Map();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    // npm hands a signal on that the terminal has sent us already; a second one a moment later is the person's.
    const now = performance.now();
    if (now - (passed.get(signal) ?? -1000) < 300) return;
    passed.set(signal, now);
    program.kill(signal);
  });
}
program.once("error", (error) => {
  console.error(`exws: ${error.message}`);
  process.exit(1);
});
program.once("exit", (code, signal) => {
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
