import { createLogUpdate } from "log-update";
import pc from "picocolors";

const line = createLogUpdate(process.stderr);
const live = process.stderr.isTTY === true && process.env["CI"] === undefined;

/** Shows what is going on in the terminal's last line; where there is no terminal it shows nothing. */
export function progress(text: string): void {
  if (live) line(pc.dim(text));
}

/** Takes that line away, for something else to be printed. */
export function endProgress(): void {
  if (live) line.clear();
}
