import { BusError } from "@exws/channels";
import type { CommandLine } from "./options.ts";

/** One line, in plain words, about why the bus cannot be used; undefined for an error that is not about it. */
export function whyNoBus(error: unknown, { bus }: CommandLine): string | undefined {
  if (!(error instanceof BusError) || bus === undefined) return undefined;
  return `the bus ${withoutPassword(bus)} cannot be used: ${error.message.split("\n", 1)[0]}`;
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== "") url.password = "***";
  return url.href;
}
