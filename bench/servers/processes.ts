import cluster from "node:cluster";
import { config } from "./config.ts";
import { ready } from "./control.ts";

/**
 * Runs a server in as many processes as the bench wants, all on the port that the first of them gets; `listen` resolves with the
 * port. One process is this one.
 */
export async function inProcesses(listen: () => Promise<number>): Promise<void> {
  if (config.nodes === 1) return ready(await listen());
  if (cluster.isWorker) {
    process.send!(await listen());
    return;
  }
  const workers = Array.from({ length: config.nodes }, () => cluster.fork());
  const ports = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
        }),
    ),
  );
  ready(ports[0]!, [process.pid, ...workers.map(({ process: { pid } }) => pid!)]);
}
