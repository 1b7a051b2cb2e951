import { CommandLineAnswer } from "@exws/program";
import { describe, expect, test } from "vitest";
import { readOptions } from "../src/options.ts";

const reading =
  (...args: string[]) =>
  () =>
    readOptions(args, "1.2.3");

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
    const output = expect.stringMatching(new RegExp(`^exws-chat: [^\n]*${named}[^\n]*\n$`));
    expect(reading(...args.split(" "))).toThrow(expect.objectContaining({ exitCode: 2, output }));
  });
});

test("--help shows every option and --version the version, and the exit code is 0", () => {
  for (const name of ["port", "host", "origin", "bus", "workers"]) {
    const output = expect.stringContaining(`--${name} `);
    expect(reading("--help")).toThrow(expect.objectContaining({ exitCode: 0, output }));
  }
  expect(reading("--version")).toThrow(new CommandLineAnswer(0, "1.2.3\n"));
});
