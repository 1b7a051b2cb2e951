import { Option } from "commander";
import { wholeNumber } from "./whole-number.ts";

/** Which web pages may connect: those of the server's own host, all, or those of these origins. */
export type Origin = "same" | "*" | string[];

/** `--port`, a number. */
export function portOption(byDefault: number): Option {
  return new Option("--port <number>", "TCP port; 0 for any free one")
    .argParser(wholeNumber(0, 65_535))
    .default(byDefault);
}

/** `--host`, a string: this machine alone by default. */
export function hostOption(): Option {
  return new Option("--host <address>", "address to listen on; 0.0.0.0 for all").default("127.0.0.1");
}

/** `--origin`, an `Origin`: "same" by default. */
export function originOption(): Option {
  return new Option(
    "--origin <list>",
    'web pages that may connect: same, "*", or origins with commas between',
  )
    .argParser((text): Origin => (text === "same" || text === "*" ? text : text.split(",")))
    .default("same");
}
