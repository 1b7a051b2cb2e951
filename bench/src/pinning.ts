import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Core of the server, and core of the load generator. */
export type Pinning = { readonly server: number; readonly generator: number };

/** Cores 0 and 1 where `taskset` works and there are two; this process moves to the generator's core, too. */
export function pin(): Pinning | undefined {
  if (availableParallelism() < 2) return undefined;
  const { status } = spawnSync("taskset", ["-apc", "1", String(process.pid)], { stdio: "ignore" });
  return status === 0 ? { server: 0, generator: 1 } : undefined;
}

/** The command, pinned to a core. */
export function pinned(core: number | undefined, command: readonly string[]): string[] {
  return core === undefined ? [...command] : ["taskset", "-c", String(core), ...command];
}
