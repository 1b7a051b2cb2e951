import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The repository. */
export const rootFolder: string = folder("../..");
/** The peers' server programs. */
export const serversFolder: string = folder("../servers");
/** The C sources. */
export const nativeFolder: string = folder("../native");
/** Where reports go. */
export const resultsFolder: string = folder("../results");

/** A folder for what this run compiles and writes for its children. */
export function cacheFolder(): string {
  const path = folder("../../.cache/bench");
  mkdirSync(path, { recursive: true });
  return path;
}
