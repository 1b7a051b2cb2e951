import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The CPU time that a process has used in all its threads, in nanoseconds. */
export function cpuTimeNs(pid: number): number {
  try {
    // Threads that have ended are missing here, but none ends within a run.
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]))
      .reduce((sum, each) => sum + each, 0);
  } catch {
    const { stdout } = spawnSync("ps", ["-o", "cputime=", "-p", String(pid)], { encoding: "utf8" });
    const [seconds = 0, minutes = 0, hours = 0] = stdout.trim().split(":").map(Number).reverse();
    return (hours * 3600 + minutes * 60 + seconds) * 1e9;
  }
}
