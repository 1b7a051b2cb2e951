import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { ownGroup } from "../src/index.ts";

/** A program with a child that is frozen; they hold its output, which ends when both are gone. Prints their process ids. */
const pair = `
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 60_000)"], { stdio: "inherit" });
  child.kill("SIGSTOP");
  console.log(process.pid, child.pid);
  setInterval(() => {}, 60_000);
`;

function run(program: string, detached: boolean): ChildProcess {
  return spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
    detached,
  });
}

async function pidsOf({ stdout }: ChildProcess): Promise<number[]> {
  const pids = String(await once(stdout!, "data").then(([line]) => line))
    .split(" ")
    .map(Number);
  onTestFinished(() => {
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return pids;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a child and what it started end together, though one is frozen", async () => {
  const leader = run(pair, true);
  const end = ownGroup(leader.pid!);
  const pids = await pidsOf(leader);
  expect(pids.map(isAlive)).toEqual([true, true]);
  end();
  await once(leader, "close");
  // Once more is nothing.
  end();
});

test("what a child started ends though the child is gone already", async () => {
  const leader = run(pair, true);
  const end = ownGroup(leader.pid!);
  const [, frozen] = await pidsOf(leader);
  leader.kill("SIGKILL");
  await once(leader, "exit");
  expect(isAlive(frozen!)).toBe(true);
  end();
  await once(leader, "close");
});

test("they end when the process that started them is killed", async () => {
  const source = (file: string): string => JSON.stringify(new URL(`../src/${file}`, import.meta.url).href);
  const starter = run(
    `
    import { spawn } from "node:child_process";
    import { ownGroup } from ${source("own-group.ts")};
    const leader = spawn(process.execPath, ["--input-type=module", "--eval", ${JSON.stringify(pair)}], {
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    ownGroup(leader.pid);
    setInterval(() => {}, 60_000);
  `,
    false,
  );
  const pids = await pidsOf(starter);
  expect(pids.map(isAlive)).toEqual([true, true]);
  starter.kill("SIGKILL");
  await once(starter, "close");
});
