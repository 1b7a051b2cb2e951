import { readFileSync } from "node:fs";
import type { Scenario } from "./scenario.ts";

/** What a server has open besides the connections that a scenario names: its own files, and those of idle's first reading. */
const spare = 700;

/** The scenario with no more connections than a process here may have files open, and a note when these are fewer than it wanted. */
export function fitOpenFiles(scenario: Scenario): { scenario: Scenario; notes: string[] } {
  const connections = Math.min(scenario.connections, openFiles() - spare);
  if (connections === scenario.connections) return { scenario, notes: [] };
  const slow = Math.round((scenario.slow * connections) / scenario.connections);
  const notes = [`Only ${connections} connections: ulimit -n allows no more.`];
  return { scenario: { ...scenario, connections, slow }, notes };
}

/** `ulimit -n`, which Node raises as far as it may, for its children too. */
function openFiles(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}
