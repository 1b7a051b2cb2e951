import {
  hostOption,
  newCommand,
  type Origin,
  originOption,
  type Place,
  portOption,
  wholeNumber,
} from "@exws/program";
import { Option } from "commander";

/** What the command line said. */
export type EchoOptions = Place & {
  /** Files in PEM format; both or none. */
  tls?: { cert: string; key: string };
  /** Which web pages may connect. */
  origin: Origin;
  /** The largest message, in bytes. */
  maxMessage: number;
  /** Whether clients that ask for permessage-deflate get it. */
  deflate: boolean;
};

/** 64 MiB: more than any case of the Autobahn suite sends. */
const defaultMaxMessage = 67_108_864;

/** Reads the arguments behind the program's name. Throws a CommandLineAnswer where they do not start the program. */
export function readOptions(args: readonly string[], version: string): EchoOptions {
  const description = "Sends back every WebSocket message, and shows a page to try it with.";
  const command = newCommand("exws-echo", description, version)
    .addOption(portOption(4545))
    .addOption(hostOption())
    .addOption(
      new Option("--path <file>", "listen on a Unix socket in place of a port").conflicts(["port", "host"]),
    )
    .option("--tls-cert <file>", "certificate in PEM format: serve wss:// and https://")
    .option("--tls-key <file>", "its private key")
    .addOption(originOption())
    .option("--max-message <bytes>", "the largest message to take", wholeNumber(1), defaultMaxMessage)
    .option("--no-deflate", "refuse compression (permessage-deflate)")
    .parse(args, { from: "user" });

  const { port, host, path, tlsCert, tlsKey, origin, maxMessage, deflate } = command.opts();
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    command.error("error: --tls-cert and --tls-key go together");
  }
  return {
    port,
    host,
    origin,
    maxMessage,
    deflate,
    ...(path !== undefined && { path }),
    ...(tlsCert !== undefined && { tls: { cert: tlsCert, key: tlsKey } }),
  };
}
