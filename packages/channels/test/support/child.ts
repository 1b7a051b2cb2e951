import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Runs `test/children/<name>.ts`, with the sources of the packages, in a Node of its own and returns what it prints, parsed. */
export async function printed<Result>(name: string, ...flags: string[]): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "exws-channels-"));
  try {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [path(`../children/${name}.ts`)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      alias: {
        "@exws/frame": path("../../../frame/src/index.ts"),
        "@exws/channels": path("../../src/index.ts"),
      },
      logLevel: "error",
    });
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, outfile]);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
