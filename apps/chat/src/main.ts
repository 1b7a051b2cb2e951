import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { CommanderError } from "commander";
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
    const server = await startChat({ ...options, page: new URL("page/", import.meta.url) });
    console.log(`exws chat on ${server.url.replace(/^ws/, "http")}/ (Ctrl-C ends it)`);
    await signalled();
    await server.close();
    return 0;
  } catch (error) {
    console.error(`exws-chat: ${whyNotStarted(error, options)}`);
    // The server's word for an option that cannot be.
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
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
