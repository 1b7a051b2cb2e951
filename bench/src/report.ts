import type { Machine } from "./machine.ts";
import type { Missing } from "./peer.ts";
import type { Result } from "./result.ts";

/** Everything that a run of the bench found out; the JSON file is this. */
export type Report = {
  readonly machine: Machine;
  readonly rounds: number;
  readonly ms: number;
  readonly pinned: boolean;
  readonly generator: "C" | "Node";
  readonly missing: readonly Missing[];
  readonly notes: readonly string[];
  readonly results: readonly Result[];
};
