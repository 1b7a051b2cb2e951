// prints 2 workers, then 0
import cluster from "node:cluster";
import { createServer } from "node:net";
import { onDrain, type Supervisor, supervise } from "@exws/supervise";

async function main(): Promise<void> {
  const supervisor: Supervisor = await supervise({ entry: process.argv[1]!, workers: 2 });
  const { length } = supervisor.workers;
  await supervisor.stop({ within: 10_000 });
  console.log(`${length} workers, then ${supervisor.workers.length}`);
}

if (cluster.isPrimary) void main();
else {
  const server = createServer().listen(0, "127.0.0.1");
  onDrain(() => new Promise((resolve) => server.close(resolve)));
}
