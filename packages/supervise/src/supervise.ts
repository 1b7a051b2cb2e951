import cluster from "node:cluster";
import { resolveOptions, type SuperviseOptions } from "./options.ts";
import { installSignals } from "./signals.ts";
import { Supervisor } from "./supervisor.ts";

/**
 * Runs `entry` in worker processes that serve the same ports, and looks after them: those that end get successors, SIGTERM and
 * SIGINT drain and stop all, SIGHUP replaces them one after another. Resolves when all are ready.
 *
 * Throws a TypeError or RangeError that names a wrong option, and rejects with a {@link SupervisorError} when a worker does not get
 * ready. When workers end too often, all are stopped and `done` of the supervisor rejects, which ends a process that does not
 * catch it.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervisor> {
  if (!cluster.isPrimary)
    throw new Error("supervise() is for the process that starts the workers, not for them");
  const resolved = resolveOptions(options);
  let remove = (): void => {};
  const supervisor = new Supervisor(resolved, () => remove());
  remove = installSignals(supervisor, resolved);
  await supervisor.start();
  return supervisor;
}
