declare const Bun: { gc(force: boolean): void } | undefined;

/** Collects garbage where the runtime lets us, and then once more, since finalizers run in between. */
async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    if (typeof Bun !== "undefined") Bun.gc(true);
    else (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Tells the bench the port and the processes, answers its question "memory", and ends the process when the bench does, or after 15 minutes.
 * Every server calls this once it listens.
 */
export function ready(port: number, pids: readonly number[] = [process.pid]): void {
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", async () => {
    await collectGarbage();
    // What Bun says of its heap is not the same thing.
    const { heapUsed, external } = process.memoryUsage();
    say(typeof Bun === "undefined" ? { heap: heapUsed + external } : {});
  });
  process.stdin.on("end", () => process.exit());
  setTimeout(() => process.exit(), 900_000).unref();
  say({ port, pids });
}
