import { relay } from "@exws/channels-cluster";
import { runProgram, signalled } from "@exws/program";
import { type Address, onDrain, supervise } from "@exws/supervise";
import { openBus } from "./open-bus.ts";
import { type CommandLine, readOptions } from "./options.ts";
import { startChat } from "./server/start-chat.ts";
import { whyNoBus } from "./why-no-bus.ts";

process.exitCode = await runProgram({
  name: "exws-chat",
  manifest: new URL("../package.json", import.meta.url),
  readOptions,
  run: (options) =>
    options.workers > 1 && process.env["EXWS_WORKER"] === undefined ? runWorkers(options) : runAlone(options),
  whyNot: whyNoBus,
});

/** Serves in this process, until it is told to end. */
async function runAlone(options: CommandLine): Promise<void> {
  const { bus: address, ...rest } = options;
  const page = new URL("page/", import.meta.url);
  const isWorker = process.env["EXWS_WORKER"] !== undefined;
  const bus = address !== undefined || isWorker ? await openBus(address) : undefined;
  const server = await startChat({ ...rest, page, ...(bus !== undefined && { bus }) });
  if (isWorker) {
    onDrain(() => server.close());
    return;
  }
  announce(server.url);
  await signalled();
  await server.close();
}

/** Serves in several processes, until they are told to end: each runs this program again. */
async function runWorkers({ workers, bus }: CommandLine): Promise<void> {
  // Without an engine the workers hear each other by way of this process.
  if (bus === undefined) await relay();
  const supervisor = await supervise({ entry: new URL(import.meta.url), workers, drain: 10_000 });
  const [address] = supervisor.addresses;
  if (address !== undefined) announce(urlOf(address));
  await supervisor.done;
}

function urlOf({ address, family, port }: Address): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function announce(url: string): void {
  console.log(`exws chat on ${url.replace(/^ws/, "http")}/ (Ctrl-C ends it)`);
}
