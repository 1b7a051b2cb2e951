import { sources } from "@exws/processes";
import { afterEach, expect, test } from "vitest";
import { type Supervisor, supervise } from "../src/index.ts";
import type { SuperviseOptions } from "../src/options.ts";
import { Client } from "./support/client.ts";
import { child } from "./support/program.ts";

const supervisors: Supervisor[] = [];

async function start(options: Partial<SuperviseOptions> = {}): Promise<Supervisor> {
  const supervisor = await supervise({
    entry: child("echo"),
    workers: 2,
    args: [],
    execArgv: sources,
    signals: false,
    pass: [],
    log: () => {},
    ...options,
  });
  supervisors.push(supervisor);
  return supervisor;
}

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop({ within: 0 });
});

const urlOf = ({ addresses: [address] }: Supervisor): string => `ws://${address!.address}:${address!.port}`;

test("a program can look at its workers, reload and stop them, and goes on itself", async () => {
  const signals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"];
  const listening = (): number[] => signals.map((signal) => process.listenerCount(signal));
  const before = listening();
  const supervisor = await start();
  expect(listening()).toEqual(before);
  expect(supervisor.state).toBe("running");
  expect(supervisor.workers).toMatchObject([
    { number: 1, state: "ready" },
    { number: 2, state: "ready" },
  ]);
  const old = supervisor.workers.map(({ pid }) => pid);
  expect(supervisor.addresses).toMatchObject([{ address: "127.0.0.1", family: "IPv4" }]);
  const reloaded = supervisor.reload();
  await reloaded;
  expect(supervisor.workers.filter(({ pid }) => old.includes(pid))).toEqual([]);
  expect(await (await Client.connect(urlOf(supervisor))).ask("hello")).toBe("hello");
  expect(await supervisor.stop()).toEqual({ drained: 2, killed: 0 });
  expect(await supervisor.done).toEqual({ drained: 2, killed: 0 });
  expect(supervisor.state).toBe("stopped");
  expect(supervisor.workers).toEqual([]);
  expect(await supervisor.stop()).toEqual({ drained: 2, killed: 0 });
  await expect(supervisor.reload()).rejects.toMatchObject({ name: "SupervisorError", code: "stopped" });
});

test("await using stops it", async () => {
  let inside: Supervisor;
  {
    await using supervisor = await start({ workers: 1 });
    inside = supervisor;
  }
  expect(inside.state).toBe("stopped");
});

test("two supervisors in one process keep to their own workers", async () => {
  const [one, other] = [await start({ workers: 1 }), await start({ workers: 1, env: { TEST: "other" } })];
  const client = await Client.connect(urlOf(other));
  await one.stop();
  expect(await client.ask("still")).toBe("still");
});

test("a failed start rejects, and nobody is left", async () => {
  const exits: number[] = [];
  const failing = supervise({
    entry: child("throws"),
    workers: 2,
    execArgv: sources,
    signals: false,
    pass: [],
    log: () => {},
    onExit: ({ number }) => exits.push(number),
  });
  await expect(failing).rejects.toMatchObject({ name: "SupervisorError", code: "start-failed" });
  expect(exits.sort()).toEqual([1, 2]);
});

test("hooks that throw do no harm", async () => {
  const supervisor = await start({
    workers: 1,
    onReady() {
      throw new Error("from a hook");
    },
  });
  expect(supervisor.state).toBe("running");
});

test("done rejects when workers crash too often, for who looks at it", async () => {
  const supervisor = await start({ workers: 1, restarts: { max: 0 } });
  const [worker] = supervisor.workers;
  process.kill(worker!.pid!, "SIGKILL");
  await expect(supervisor.done).rejects.toMatchObject({ code: "restart-limit" });
  expect(supervisor.state).toBe("stopped");
});

test.each([-1, Number.NaN, "5"])("stop within %s is a RangeError", async (within) => {
  const supervisor = await start({ workers: 1 });
  await expect(supervisor.stop({ within: within as number })).rejects.toThrow(RangeError);
  expect(supervisor.state).toBe("running");
});
