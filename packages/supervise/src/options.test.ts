import { availableParallelism } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "./options.ts";

const entry = fileURLToPath(import.meta.url);

describe("options", () => {
  test("all workers may end twice within the time", () => {
    expect(resolveOptions({ entry, workers: 5 }).restarts.max).toBe(10);
    expect(resolveOptions({ entry, workers: 64 }).restarts.max).toBe(128);
  });

  test("only the entry is needed", () => {
    const options = resolveOptions({ entry });
    expect(options).toMatchObject({
      entry,
      workers: availableParallelism(),
      ready: "listening",
      readyTimeout: 30_000,
      drain: 30_000,
      unresponsive: 60_000,
      restarts: { max: 10, within: 60_000 },
      backoff: { min: 100, max: 5_000 },
      reusePort: true,
      signals: true,
      pass: ["SIGUSR2"],
    });
  });

  test("the entry is a path, from the working directory on, or a file: URL as such or in words", () => {
    const relative = entry.slice(process.cwd().length + 1);
    for (const one of [entry, relative, pathToFileURL(entry), pathToFileURL(entry).href]) {
      expect(resolveOptions({ entry: one }).entry).toBe(entry);
    }
  });

  test("workers that are debugged may stand still for ever", () => {
    expect(resolveOptions({ entry, execArgv: ["--inspect=0"] }).unresponsive).toBe(Number.POSITIVE_INFINITY);
    expect(resolveOptions({ entry, execArgv: ["--inspect-brk"], unresponsive: 5 }).unresponsive).toBe(5);
  });

  test("what Node was told to evaluate is not for workers", () => {
    const before = process.execArgv;
    process.execArgv = ["--no-warnings", "--eval", "1 + 1", "--input-type=module", "-pe", "2", "--expose-gc"];
    try {
      expect(resolveOptions({ entry }).execArgv).toEqual(["--no-warnings", "--expose-gc"]);
    } finally {
      process.execArgv = before;
    }
  });

  test.each<[string, object, ErrorConstructor]>([
    ["entry", { entry: undefined }, TypeError],
    ["entry", { entry: "" }, TypeError],
    ["entry", { entry: 5 }, TypeError],
    ["entry", { entry: "no/such/file.js" }, TypeError],
    ["entry", { entry: "/" }, TypeError],
    ["entry", { entry: new URL("http://example.com/x.js") }, TypeError],
    ["workers", { workers: 0 }, RangeError],
    ["workers", { workers: 1.5 }, RangeError],
    ["workers", { workers: 5_000 }, RangeError],
    ["workers", { workers: "2" }, TypeError],
    ["args", { args: "one" }, TypeError],
    ["args", { args: [1] }, TypeError],
    ["env", { env: { A: 1 } }, TypeError],
    ["env", { env: null }, TypeError],
    ["execArgv", { execArgv: {} }, TypeError],
    ["ready", { ready: "soon" }, TypeError],
    ["readyTimeout", { readyTimeout: 0 }, RangeError],
    ["readyTimeout", { readyTimeout: Number.POSITIVE_INFINITY }, RangeError],
    ["workers", { workers: Number.NaN }, RangeError],
    ["drain", { drain: Number.NaN }, RangeError],
    ["restarts.max", { restarts: { max: Number.NaN } }, RangeError],
    ["backoff.max", { backoff: { max: Number.NaN } }, RangeError],
    ["backoff.min", { backoff: { min: Number.NaN } }, RangeError],
    ["drain", { drain: -1 }, RangeError],
    ["drain", { drain: "1s" }, TypeError],
    ["unresponsive", { unresponsive: 0 }, RangeError],
    ["unresponsive", { unresponsive: Number.NaN }, RangeError],
    ["unresponsive", { unresponsive: null }, TypeError],
    ["restarts", { restarts: null }, TypeError],
    ["restarts.max", { restarts: { max: -1 } }, RangeError],
    ["restarts.within", { restarts: { within: 0 } }, RangeError],
    ["restarts.often", { restarts: { often: 1 } }, TypeError],
    ["backoff.min", { backoff: { min: -1 } }, RangeError],
    ["backoff.max", { backoff: { min: 100, max: 50 } }, RangeError],
    ["reusePort", { reusePort: "yes" }, TypeError],
    ["signals", { signals: 1 }, TypeError],
    ["pass", { pass: ["SIGNONE"] }, TypeError],
    ["pass", { pass: ["SIGKILL"] }, TypeError],
    ["pass", { pass: ["SIGTERM"] }, TypeError],
    ["onExit", { onExit: "print" }, TypeError],
    ["log", { log: null }, TypeError],
    ["worker", { worker: 2 }, TypeError],
  ])("%s: %j is a wrong one", (name, options, kind) => {
    let error: unknown;
    try {
      resolveOptions({ entry, ...options } as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message.startsWith(name), (error as Error).message).toBe(true);
  });

  test.each([undefined, null, "worker.js"])("%s is no object of options", (options) => {
    expect(() => resolveOptions(options as never)).toThrow(new TypeError("options must be an object"));
  });
});
