import { describe, expect, test, vi } from "vitest";
import { runJobs } from "./jobs.mjs";
import { run, stopAll } from "./run.mjs";
import { vitest } from "./vitest-job.mjs";

const quiet = () => vi.spyOn(process.stdout, "write").mockImplementation(() => true);
const passes = async () => ({ passed: 2, failed: 0 });

describe("running jobs", () => {
  test("the totals of all jobs are added up", async () => {
    using _ = quiet();
    const jobs = ["a", "b", "c"].map((name) => ({ name, run: passes }));
    expect(await runJobs(jobs, 2)).toEqual({ passed: 6, failed: 0 });
  });

  test("a job waits for those it comes after", async () => {
    using _ = quiet();
    const seen: string[] = [];
    const job = (name: string, after: string[]) => ({
      name,
      after,
      run: () => {
        seen.push(name);
        return passes();
      },
    });
    await runJobs([job("last", ["first"]), job("first", [])], 2);
    expect(seen).toEqual(["first", "last"]);
  });

  test("the first failure ends the run and is named in the last line, after its output", async () => {
    using write = quiet();
    const jobs = [
      { name: "good", run: passes },
      { name: "bad", run: async () => ({ passed: 5, failed: 1, output: "what went wrong" }) },
      { name: "never", run: () => Promise.reject(new Error("it must not start")) },
    ];
    expect(await runJobs(jobs, 1)).toEqual({ passed: 7, failed: 1 });
    const printed = write.mock.calls.map(([text]) => String(text)).join("");
    expect(printed).toMatch(/what went wrong\n\nexws: bad failed\n$/);
    expect(printed).not.toContain("never");
  });

  test("a job that throws has failed, and so has a dead end", async () => {
    using _ = quiet();
    const broken = { name: "broken", run: () => Promise.reject(new Error("broken")) };
    expect(await runJobs([broken], 1)).toEqual({ passed: 0, failed: 1 });
    await expect(runJobs([{ name: "a", after: ["nothing"], run: passes }], 1)).rejects.toThrow("never start");
  });
});

describe("running commands", () => {
  test("the exit code and what was printed come back", async () => {
    const script = `console.log("out"); console.error("err"); process.exitCode = 3`;
    const { code, output } = await run(process.execPath, ["-e", script]);
    expect(code).toBe(3);
    expect(output.split("\n").sort()).toEqual(["", "err", "out"]);
  });

  test("a command that does not exist fails", async () => {
    expect((await run("exws-no-such-command", [])).code).toBe(127);
  });

  test("stopAll ends what a command has started, too", async () => {
    const endless = run("sh", ["-c", `"${process.execPath}" -e 'setInterval(() => {}, 1000)' & wait`]);
    stopAll();
    expect((await endless).code).toBe(143);
  });
});

describe("counting tests", () => {
  test("a run that executes no test has failed", async () => {
    expect(await vitest("self", ["no/such/test"])).toMatchObject({ passed: 0, failed: 1 });
  });
});
