import { Command, InvalidArgumentError } from "commander";

/** What the command line said. */
export type CommandLine = {
  port: number;
  host: string;
  /** Which web pages may connect: "same", "*" or a list of origins. */
  origin: "same" | "*" | string[];
  /** The address of the engine that connects this server with others. */
  bus?: string;
  /** How many processes serve. */
  workers: number;
};

/**
 * Reads the arguments behind the program's name. Throws commander's `CommanderError` once it has written what there is to
 * say: `exitCode` 0 for `--help` and `--version`, 2 for wrong arguments.
 */
export function readOptions(args: readonly string[], version: string): CommandLine {
  const command = new Command("exws-chat")
    .description("Rooms to chat in, with a page to do it.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .option("--port <number>", "TCP port; 0 for any free one", portNumber, 4646)
    .option("--host <address>", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
    .option(
      "--origin <list>",
      'web pages that may connect: same, "*", or origins with commas between',
      "same",
    )
    .option(
      "--bus <address>",
      "one chat for all servers on it: redis://, rediss://, nats:// or tls://",
      busAddress,
    )
    .option("--workers <number>", "processes on one port", workerCount, 1)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "exws-chat: ")) })
    .exitOverride((error) => {
      if (error.exitCode !== 0) error.exitCode = 2;
      throw error;
    })
    .parse(args, { from: "user" });

  const { port, host, origin, bus, workers } = command.opts();
  return {
    port,
    host,
    origin: origin === "same" || origin === "*" ? origin : origin.split(","),
    workers,
    ...(bus !== undefined && { bus }),
  };
}

function busAddress(text: string): string {
  if (/^(redis|rediss|nats|tls):$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError(
    "It must be an address such as redis://127.0.0.1:6379 or nats://127.0.0.1:4222.",
  );
}

function workerCount(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError("It must be a number from 1 to 999.");
  return count;
}

function portNumber(text: string): number {
  const port = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}
