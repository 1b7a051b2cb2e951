import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { relay } from "@exws/channels-cluster";
import { type Address, onDrain, supervise } from "@exws/supervise";
import { CommanderError } from "commander";
import { openBus } from "./open-bus.ts";
import { type CommandLine, readOptions } from "./options.ts";
import { startChat } from "./server/start-chat.ts";
import { whyNotStarted } from "./why-not-started.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  let options: CommandLine;
  try {
    options = readOptions(process.argv.slice(2), version);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  try {
    if (options.workers > 1 && process.env["EXWS_WORKER"] === undefined) await runWorkers(options);
    else await run(options);
    return 0;
  } catch (error) {
    console.error(`exws-chat: ${whyNotStarted(error, options)}`);
    // The server's word for an option that cannot be.
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
}

/** Serves in this process, until it is told to end. */
async function run(options: CommandLine): Promise<void> {
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

/** Resolves at the first signal to end; a second one ends the process at once. */
function signalled(): Promise<void> {
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
