import { constants } from "node:os";

/** Resolves at the first signal to end, SIGINT or SIGTERM; a second one ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let first = true;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (!first) process.exit(128 + constants.signals[signal]);
        first = false;
        resolve();
      });
    }
  });
}
