import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { ListeningServer } from "@exws/server";
import { CommanderError } from "commander";
import { startEcho } from "./echo.ts";
import { type EchoOptions, readOptions } from "./options.ts";
import { whyNotListening } from "./why-not-listening.ts";

/** How long peers may take for their closing handshake when the app is told to end, in milliseconds. */
const drainTime = 10_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  let options: EchoOptions;
  try {
    options = readOptions(process.argv.slice(2), version);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  try {
    const server = await startEcho(options);
    announce(server, options);
    await signalled();
    await server.close({ within: drainTime });
    return 0;
  } catch (error) {
    console.error(`exws-echo: ${whyNotListening(error, options)}`);
    // The server's word for an option that cannot be.
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
}

function announce(server: ListeningServer, { path }: EchoOptions): void {
  const page = path === undefined ? `\nTry it on ${server.url.replace(/^ws/, "http")}/ (Ctrl-C ends it)` : "";
  console.log(`exws echo on ${server.url}${page}`);
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
