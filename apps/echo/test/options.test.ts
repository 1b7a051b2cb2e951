import { CommanderError } from "commander";
import { describe, expect, test, vi } from "vitest";
import { readOptions } from "../src/options.ts";

/** What is written while `read` runs, and what it throws. */
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

test("without arguments it is port 4545 of this machine, for pages of its own", () => {
  expect(readOptions([], "1.2.3")).toEqual({
    port: 4545,
    host: "127.0.0.1",
    origin: "same",
    maxMessage: 67_108_864,
    deflate: true,
  });
});

test("every option is read", () => {
  const args =
    "--port 0 --host ::1 --tls-cert c.pem --tls-key k.pem --origin https://a.example,https://b.example --max-message 5 --no-deflate";
  expect(readOptions(args.split(" "), "1.2.3")).toEqual({
    port: 0,
    host: "::1",
    tls: { cert: "c.pem", key: "k.pem" },
    origin: ["https://a.example", "https://b.example"],
    maxMessage: 5,
    deflate: false,
  });
  expect(readOptions(["--path", "/tmp/echo.sock"], "1.2.3").path).toBe("/tmp/echo.sock");
});

describe("wrong arguments are named in one line, and the exit code is 2", () => {
  test.each([
    ["--port x", "--port"],
    ["--port 65536", "--port"],
    ["--port -1", "--port"],
    ["--port", "--port"],
    ["--max-message 0", "--max-message"],
    ["--max-message 1e6", "--max-message"],
    ["--path /tmp/echo.sock --port 1", "--path"],
    ["--path /tmp/echo.sock --host ::1", "--path"],
    ["--tls-cert c.pem", "--tls-key"],
    ["--tls-key k.pem", "--tls-cert"],
    ["--colour red", "--colour"],
    ["4545", "4545"],
  ])("%s", (args, named) => {
    const { exitCode, output } = refused(...args.split(" "));
    expect(exitCode).toBe(2);
    expect(output).toMatch(/^exws-echo: [^\n]+\n$/);
    expect(output).toContain(named);
  });
});

test("--help shows every option and --version the version, and the exit code is 0", () => {
  const help = refused("--help");
  expect(help.exitCode).toBe(0);
  for (const name of ["port", "host", "path", "tls-cert", "tls-key", "origin", "max-message", "no-deflate"]) {
    expect(help.output).toContain(`--${name} `);
  }
  expect(refused("--version")).toEqual({ exitCode: 0, output: "1.2.3\n" });
});
