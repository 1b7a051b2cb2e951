import { spawnSync } from "node:child_process";

/** A program that was found, and what it says its version is. */
export type Program = { readonly path: string; readonly version: string };

/** The first of these that can be run with `--version`; a name without a slash is looked for on the PATH. */
export function findProgram(...paths: readonly string[]): Program | undefined {
  for (const path of paths) {
    const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    if (status === 0) return { path, version: /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "" };
  }
  return undefined;
}
