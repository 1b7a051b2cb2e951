import { CommanderError } from "commander";
import { describe, expect, test, vi } from "vitest";
import { readOptions } from "../src/options.ts";

/** What is written while options are read that are refused, or only ask for something. */
function refused(...args: string[]): { exitCode: number; output: string } {
  let output = "";
  const write = (text: string | Uint8Array): boolean => {
    output += text;
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(write),
    vi.spyOn(process.stderr, "write").mockImplementation(write),
  ];
  try {
    readOptions(args, "1.2.3");
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode, output };
    throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  throw new Error(`${args.join(" ")} was not refused`);
}

test("without arguments it is one process on port 4646 of this machine, for pages of its own", () => {
  expect(readOptions([], "1.2.3")).toEqual({ port: 4646, host: "127.0.0.1", origin: "same", workers: 1 });
});

test("every option is read", () => {
  const args =
    "--port 0 --host ::1 --origin https://a.example,https://b.example --bus nats://h:1 --workers 4";
  expect(readOptions(args.split(" "), "1.2.3")).toEqual({
    port: 0,
    host: "::1",
    origin: ["https://a.example", "https://b.example"],
    bus: "nats://h:1",
    workers: 4,
  });
});

describe("wrong arguments are named in one line, and the exit code is 2", () => {
  test.each([
    ["--port x", "--port"],
    ["--port 65536", "--port"],
    ["--port", "--port"],
    ["--bus 127.0.0.1:6379", "--bus"],
    ["--bus http://127.0.0.1", "--bus"],
    ["--bus redis", "--bus"],
    ["--workers 0", "--workers"],
    ["--workers 2.5", "--workers"],
    ["--workers 1000", "--workers"],
    ["--colour red", "--colour"],
    ["4646", "4646"],
  ])("%s", (args, named) => {
    const { exitCode, output } = refused(...args.split(" "));
    expect(exitCode).toBe(2);
    expect(output).toMatch(/^exws-chat: [^\n]+\n$/);
    expect(output).toContain(named);
  });
});

test("--help shows every option and --version the version, and the exit code is 0", () => {
  const help = refused("--help");
  expect(help.exitCode).toBe(0);
  for (const name of ["port", "host", "origin", "bus", "workers"])
    expect(help.output).toContain(`--${name} `);
  expect(refused("--version")).toEqual({ exitCode: 0, output: "1.2.3\n" });
});
