// A primary as a user has it, which tells what happens.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { relay } from "@exws/channels-cluster";
import { supervise } from "@exws/supervise";

const bus = await relay(JSON.parse(process.argv[2]!));
const supervisor = await supervise({
  entry: fileURLToPath(new URL("worker.ts", import.meta.url)),
  workers: 2,
  args: [],
  onReady: ({ pid }) => console.log(JSON.stringify({ event: "ready", pid })),
});
console.log(JSON.stringify({ event: "started", port: supervisor.addresses[0]!.port }));
const commands = createInterface({ input: process.stdin });
commands.on("line", () => console.log(JSON.stringify({ event: "stats", ...bus.stats() })));
(process.stdin as unknown as { unref(): void }).unref();
