import { BusError } from "@exws/channels";
import type { CommandLine } from "./options.ts";

/** One line, in plain words, about why the server could not be started. */
export function whyNotStarted(error: unknown, { host, port, bus }: CommandLine): string {
  if (error instanceof BusError && bus !== undefined) {
    return `the bus ${withoutPassword(bus)} cannot be used: ${error.message.split("\n", 1)[0]}`;
  }
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: `${error}` };
  switch (code) {
    case "EADDRINUSE":
      return `${host} port ${port} is taken; choose another with --port`;
    case "EACCES":
      return `there is no permission to listen on ${host} port ${port}`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine`;
    default:
      return message.split("\n", 1)[0]!;
  }
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== "") url.password = "***";
  return url.href;
}
