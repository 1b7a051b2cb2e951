import { execFileSync, spawnSync } from "node:child_process";
import { cpus, hostname, loadavg, release, totalmem } from "node:os";
import { rootFolder } from "./folders.ts";

/** What the figures were measured on, and with. */
export type Machine = {
  readonly date: string;
  readonly host: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Version of the Node under the servers. */
  readonly node: string;
  /** The commit of exws, with a + when there were changes since. */
  readonly commit: string;
  /** Load of the machine in the minute before. */
  readonly loadBefore: number;
};

/** Looks at the machine; `node` is the Node under the servers. */
export function lookAtMachine(node: string): Machine {
  const git = (...args: string[]): string =>
    spawnSync("git", args, { cwd: rootFolder, encoding: "utf8" }).stdout?.trim() ?? "";
  const changed = git("status", "--porcelain", "--", "packages") !== "";
  return {
    date: new Date().toISOString(),
    host: hostname(),
    kernel: release(),
    cpu: cpus()[0]?.model.trim() ?? "",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: execFileSync(node, ["--version"], { encoding: "utf8" }).trim(),
    commit: `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}
