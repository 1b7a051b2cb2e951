import { hostOption, newCommand, type Origin, originOption, portOption, wholeNumber } from "@exws/program";
import { InvalidArgumentError } from "commander";

/** What the command line said. */
export type CommandLine = {
  port: number;
  host: string;
  /** Which web pages may connect. */
  origin: Origin;
  /** The address of the engine that connects this server with others. */
  bus?: string;
  /** How many processes serve. */
  workers: number;
};

/** Reads the arguments behind the program's name. Throws a CommandLineAnswer where they do not start the program. */
export function readOptions(args: readonly string[], version: string): CommandLine {
  const command = newCommand("exws-chat", "Rooms to chat in, with a page to do it.", version)
    .addOption(portOption(4646))
    .addOption(hostOption())
    .addOption(originOption())
    .option(
      "--bus <address>",
      "one chat for all servers on it: redis://, rediss://, nats:// or tls://",
      busAddress,
    )
    .option("--workers <number>", "processes on one port", wholeNumber(1, 999), 1)
    .parse(args, { from: "user" });

  const { port, host, origin, bus, workers } = command.opts();
  return { port, host, origin, workers, ...(bus !== undefined && { bus }) };
}

function busAddress(text: string): string {
  if (/^(redis|rediss|nats|tls):$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError(
    "It must be an address such as redis://127.0.0.1:6379 or nats://127.0.0.1:4222.",
  );
}
