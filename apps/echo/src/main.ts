import { runProgram, signalled } from "@exws/program";
import type { ListeningServer } from "@exws/server";
import { startEcho } from "./echo.ts";
import { type EchoOptions, readOptions } from "./options.ts";

/** How long peers may take for their closing handshake when the app is told to end, in milliseconds. */
const drainTime = 10_000;

process.exitCode = await runProgram({
  name: "exws-echo",
  manifest: new URL("../package.json", import.meta.url),
  readOptions,
  async run(options) {
    const server = await startEcho(options);
    announce(server, options);
    await signalled();
    await server.close({ within: drainTime });
  },
});

function announce(server: ListeningServer, { path }: EchoOptions): void {
  const page = path === undefined ? `\nTry it on ${server.url.replace(/^ws/, "http")}/ (Ctrl-C ends it)` : "";
  console.log(`exws echo on ${server.url}${page}`);
}
