import { Command, InvalidArgumentError } from "commander";

/** What the command line said. */
export type CommandLine = {
  port: number;
  host: string;
  /** Which web pages may connect: "same", "*" or a list of origins. */
  origin: "same" | "*" | string[];
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
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "exws-chat: ")) })
    .exitOverride((error) => {
      if (error.exitCode !== 0) error.exitCode = 2;
      throw error;
    })
    .parse(args, { from: "user" });

  const { port, host, origin } = command.opts();
  return { port, host, origin: origin === "same" || origin === "*" ? origin : origin.split(",") };
}

function portNumber(text: string): number {
  const port = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}
