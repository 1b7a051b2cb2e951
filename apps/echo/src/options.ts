import { Command, InvalidArgumentError, Option } from "commander";

/** What the command line said. */
export type EchoOptions = {
  port: number;
  host: string;
  /** A Unix socket in place of `port` and `host`. */
  path?: string;
  /** Files in PEM format; both or none. */
  tls?: { cert: string; key: string };
  /** Which web pages may connect: "same", "*" or a list of origins. */
  origin: "same" | "*" | string[];
  /** The largest message, in bytes. */
  maxMessage: number;
  /** Whether clients that ask for permessage-deflate get it. */
  deflate: boolean;
};

/** 64 MiB: more than any case of the Autobahn suite sends. */
const defaultMaxMessage = 67_108_864;

/**
 * Reads the arguments behind the program's name. Throws commander's `CommanderError` once it has written what there is to
 * say: `exitCode` 0 for `--help` and `--version`, 2 for wrong arguments.
 */
export function readOptions(args: readonly string[], version: string): EchoOptions {
  const command = new Command("exws-echo")
    .description("Sends back every WebSocket message, and shows a page to try it with.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .option("--port <number>", "TCP port; 0 for any free one", portNumber, 4545)
    .option("--host <address>", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
    .addOption(
      new Option("--path <file>", "listen on a Unix socket in place of a port").conflicts(["port", "host"]),
    )
    .option("--tls-cert <file>", "certificate in PEM format: serve wss:// and https://")
    .option("--tls-key <file>", "its private key")
    .option(
      "--origin <list>",
      'web pages that may connect: same, "*", or origins with commas between',
      "same",
    )
    .option("--max-message <bytes>", "the largest message to take", positiveInteger, defaultMaxMessage)
    .option("--no-deflate", "refuse compression (permessage-deflate)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "exws-echo: ")) })
    .exitOverride((error) => {
      if (error.exitCode !== 0) error.exitCode = 2;
      throw error;
    })
    .parse(args, { from: "user" });

  const { port, host, path, tlsCert, tlsKey, origin, maxMessage, deflate } = command.opts();
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    command.error("error: --tls-cert and --tls-key go together");
  }
  return {
    port,
    host,
    origin: origin === "same" || origin === "*" ? origin : origin.split(","),
    maxMessage,
    deflate,
    ...(path !== undefined && { path }),
    ...(tlsCert !== undefined && { tls: { cert: tlsCert, key: tlsKey } }),
  };
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}

function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It must be more than 0.");
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
