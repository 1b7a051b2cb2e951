import { readFileSync } from "node:fs";
import { CommandLineAnswer } from "./command.ts";
import { type Place, whyNotListening } from "./why-not-listening.ts";

/** An app, as a program that is called with options and serves until it is told to end. */
export type Program<Options extends Place> = {
  /** What stands before each line that it prints on stderr. */
  name: string;
  /** Its package.json, which has the version. */
  manifest: URL;
  /** Reads the arguments behind the program's name. May throw a CommandLineAnswer. */
  readOptions: (args: readonly string[], version: string) => Options;
  /** Called once. Resolves at the end, rejects when it cannot start. */
  run: (options: Options) => Promise<void>;
  /** One line, in plain words, about an error that only this program knows; undefined for all others. */
  whyNot?: (error: unknown, options: Options) => string | undefined;
};

/**
 * Runs a program and resolves with its exit code: 0 when it has ended as it was told to, 2 for wrong options, 1 when it cannot start
 * for another reason. What went wrong is one line on stderr.
 */
export async function runProgram<Options extends Place>(program: Program<Options>): Promise<number> {
  const { version } = JSON.parse(readFileSync(program.manifest, "utf8"));
  let options: Options;
  try {
    options = program.readOptions(process.argv.slice(2), version);
  } catch (error) {
    if (!(error instanceof CommandLineAnswer)) throw error;
    (error.exitCode === 0 ? process.stdout : process.stderr).write(error.output);
    return error.exitCode;
  }
  try {
    await program.run(options);
    return 0;
  } catch (error) {
    const why = program.whyNot?.(error, options) ?? whyNotListening(error, options);
    console.error(`${program.name}: ${why}`);
    // The server's word for an option that cannot be.
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
}
