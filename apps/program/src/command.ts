import { Command } from "commander";

/** Thrown for a command line that is answered in place of starting anything: with help, the version, or what is wrong with it. */
export class CommandLineAnswer extends Error {
  /** 0 for what was asked for, 2 for wrong arguments. */
  readonly exitCode: 0 | 2;
  /** What to print, lines with their ends. */
  readonly output: string;

  constructor(exitCode: 0 | 2, output: string) {
    super(output);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/**
 * A command line without any options yet but `--help` and `--version`. It prints nothing and ends nothing: where commander would, it
 * throws a CommandLineAnswer.
 */
export function newCommand(name: string, description: string, version: string): Command {
  let output = "";
  const keep = (text: string): void => {
    output += text;
  };
  return new Command(name)
    .description(description)
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .configureOutput({
      writeOut: keep,
      writeErr: keep,
      outputError: (text, write) => write(text.replace(/^error: /, `${name}: `)),
    })
    .exitOverride(({ exitCode }) => {
      throw new CommandLineAnswer(exitCode === 0 ? 0 : 2, output);
    });
}
