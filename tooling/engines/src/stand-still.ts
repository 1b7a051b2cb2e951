import { readdirSync, readFileSync } from "node:fs";

/**
 * Resolves when no thread of a process runs any more: a signal that stops it reaches them a moment after it was sent. Where the
 * system does not show threads (all but Linux) it resolves at once.
 */
export async function standStill(pid: number): Promise<void> {
  while (states(pid).some((state) => !isStill.has(state))) await new Promise(setImmediate);
}

/** Stopped, traced, or dead. */
const isStill: ReadonlySet<string> = new Set(["T", "t", "Z", "X"]);

/** A letter for each thread (proc(5)). */
function states(pid: number): readonly string[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).map((thread) => {
      const stat = readFileSync(`${folder}/${thread}/stat`, "latin1");
      // Behind the name, which may hold anything.
      return stat.slice(stat.lastIndexOf(")") + 2)[0]!;
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
