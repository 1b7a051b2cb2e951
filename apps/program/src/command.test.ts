import { expect, test } from "vitest";
import { CommandLineAnswer, newCommand } from "./command.ts";

/** What a command line that is no start of a program is answered with. */
function answerTo(...args: string[]): unknown {
  try {
    return newCommand("exws-test", "Tests.", "1.2.3")
      .requiredOption("--port <number>", "where")
      .parse(args, { from: "user" });
  } catch (error) {
    return error;
  }
}

test("what was asked for is answered with exit code 0", () => {
  expect(answerTo("--version")).toEqual(new CommandLineAnswer(0, "1.2.3\n"));
  const output = expect.stringMatching(/^Usage: exws-test .*\n\nTests\.\n.*--port <number> +where\n/s);
  expect(answerTo("--help")).toMatchObject({ exitCode: 0, output });
});

test("what is wrong is answered with exit code 2, in one line that begins with the program's name", () => {
  for (const args of [["--port", "1", "--colour"], ["--port"], ["--port", "1", "more"], []]) {
    const answer = answerTo(...args);
    expect(answer).toBeInstanceOf(CommandLineAnswer);
    expect(answer).toMatchObject({
      exitCode: 2,
      output: expect.stringMatching(/^exws-test: [^\n]+\n$/),
    });
  }
});
