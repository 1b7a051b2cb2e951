import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { Program } from "./find-program.ts";

/**
 * A uWebSockets.js that loads in one of these Nodes, with the Node that it loads in; or why there is none. It is not
 * among the dependencies: its packages hold a hundred megabytes of binaries, for some Nodes and some C libraries.
 */
export function findUws(nodes: readonly string[], path?: string): (Program & { node: string }) | string {
  const require = createRequire(import.meta.url);
  const candidates = path === undefined ? ["uWebSockets.js", "uwebsockets"] : [resolve(path)];
  let why = "it is not installed (npm install --no-save uwebsockets, or --uws with a folder that has it)";
  for (const candidate of candidates) {
    let file: string;
    try {
      file = require.resolve(candidate);
    } catch {
      continue;
    }
    const program = `require(process.argv[1]).App(); process.exit()`;
    for (const node of nodes) {
      const { status, stderr } = spawnSync(node, ["-e", program, file], { encoding: "utf8" });
      if (status === 0) return { path: file, version: "", node };
      const reason =
        /GLIBC_[\d.]+' not found|Cannot find module '.*\.node'/.exec(stderr)?.[0] ?? `exit code ${status}`;
      why = `its binary does not load here: ${reason}`;
    }
  }
  return why;
}
