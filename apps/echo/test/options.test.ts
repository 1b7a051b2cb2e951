import { CommandLineAnswer } from "@exws/program";
import { describe, expect, test } from "vitest";
import { readOptions } from "../src/options.ts";

const reading =
  (...args: string[]) =>
  () =>
    readOptions(args, "1.2.3");

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
    const output = expect.stringMatching(new RegExp(`^exws-echo: [^\n]*${named}[^\n]*\n$`));
    expect(reading(...args.split(" "))).toThrow(expect.objectContaining({ exitCode: 2, output }));
  });
});

test("--help shows every option and --version the version, and the exit code is 0", () => {
  for (const name of ["port", "host", "path", "tls-cert", "tls-key", "origin", "max-message", "no-deflate"]) {
    const output = expect.stringContaining(`--${name} `);
    expect(reading("--help")).toThrow(expect.objectContaining({ exitCode: 0, output }));
  }
  expect(reading("--version")).toThrow(new CommandLineAnswer(0, "1.2.3\n"));
});
