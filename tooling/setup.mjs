import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const modules = join(root, "node_modules");
const stamp = join(modules, ".exws-installed");

/** A file of a dependency's package, by its path in `node_modules`. @param {string} path */
export const dependency = (path) => join(modules, path);

/** Every workspace folder's package.json: the patterns of pnpm-workspace.yaml are folders, or `folder/*`. */
function manifests() {
  const lines = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8").split("\n");
  const from = lines.indexOf("packages:") + 1;
  const patterns = [];
  for (const line of lines.slice(from)) {
    const pattern = /^ +- +["']?([^"']+)["']?$/.exec(line)?.[1];
    if (pattern === undefined) break;
    patterns.push(pattern);
  }
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith("/*")) return [pattern];
    const parent = pattern.slice(0, -2);
    const names = existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : [];
    return names.sort().map((name) => join(parent, name));
  });
  return folders.map((folder) => join(folder, "package.json")).filter((file) => existsSync(join(root, file)));
}

/** Changes whenever an installation would. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** The command that runs pnpm in exactly the version that package.json names. */
async function pnpm() {
  const pinned = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
  const installed = await run("pnpm", ["--version"], { cwd: root });
  return installed.code === 0 && `pnpm@${installed.output.trim()}` === pinned
    ? ["pnpm"]
    : ["npx", "--yes", pinned];
}

/**
 * Installs the dependencies where the lockfile or a package.json changed since the last time, and puts the repository's
 * own tools, Node 26 among them, first on the PATH of every command that follows. Needs only Node 20 and npm.
 *
 * @returns {Promise<string>} what was done, in a few words
 */
export async function installDependencies() {
  const tools = join(modules, ".bin");
  process.env["TURBO_TELEMETRY_DISABLED"] = "1";
  process.env["TURBO_NO_UPDATE_NOTIFIER"] = "1";
  const wanted = fingerprint();
  const upToDate =
    existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(join(tools, "node"));
  if (!upToDate) {
    const [command = "pnpm", ...args] = await pnpm();
    // CI: no question is asked, whatever the state of node_modules.
    const { code, output } = await run(command, [...args, "install", "--frozen-lockfile"], {
      cwd: root,
      env: { CI: "true" },
    });
    if (code !== 0) throw new Error(output);
    writeFileSync(stamp, wanted);
  }
  process.env["PATH"] = `${tools}${delimiter}${process.env["PATH"] ?? ""}`;
  return upToDate ? "up to date" : "installed";
}
