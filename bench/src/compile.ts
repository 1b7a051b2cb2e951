import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cacheFolder, nativeFolder } from "./folders.ts";

/** The compiled program, or `undefined` where there is no C compiler or none that takes it (Linux only: epoll). */
export function compile(name: "generator" | "echo"): string | undefined {
  const program = join(cacheFolder(), name);
  const args = ["-O2", "-o", program, join(nativeFolder, `${name}.c`)];
  return spawnSync("cc", args, { stdio: "ignore" }).status === 0 ? program : undefined;
}
