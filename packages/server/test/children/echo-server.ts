/** An echo server that can be measured, stalled and told to end: one JSON line per answer. */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { serve } from "../../src/index.ts";

const { limits = {}, delay = 0 } = JSON.parse(process.argv[2] ?? "{}") as { limits?: object; delay?: number };

const tally = { opened: 0, closed: 0, handled: 0, replied: 0, errors: 0, lines: [] as string[] };

const server = await serve({
  port: 0,
  host: "127.0.0.1",
  limits,
  handler: {
    open() {
      tally.opened++;
    },
    async message(connection, data) {
      if (delay > 0) await wait(delay);
      tally.handled++;
      if (connection.write(data) !== "closed") tally.replied++;
    },
    closed(_connection, info) {
      tally.closed++;
      if (tally.lines.length < 1000) tally.lines.push(`${info.code} ${info.by}`);
    },
  },
  onError() {
    tally.errors++;
  },
});

const say = (value: unknown): void => console.log(JSON.stringify(value));

/** What is in use once everything that can be collected has been. */
async function memory(): Promise<{ used: number; buffers: number; handles: number }> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await wait(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    used: heapUsed + arrayBuffers,
    buffers: arrayBuffers,
    handles: process.getActiveResourcesInfo().length,
  };
}

const commands: Record<string, (argument: string) => unknown> = {
  memory,
  tally: () => tally,
  stats: () => server.stats(),
  count: () => [...server.connections].length,
  stall: (milliseconds) => {
    say("stalling");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds));
    return "awake";
  },
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const [command = "", argument = ""] = line.split(" ");
  say(await commands[command]!(argument));
});

process.on("SIGTERM", async () => {
  const result = await server.close({ within: 10_000 });
  say({ ...result, ...tally });
  process.stdin.destroy();
});

const address = server.address();
say({ port: typeof address === "object" ? address?.port : 0 });
