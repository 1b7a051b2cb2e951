import { tmpdir } from "node:os";
import { join } from "node:path";
import { sources } from "@exws/processes";
import { expect, test } from "vitest";
import { Client, onePerWorker } from "./support/client.ts";
import { child, Program } from "./support/program.ts";

const modes = [
  ["sockets of their own", true],
  ["handles from the primary of node:cluster", false],
] as const;

test.each(modes)("all workers serve one port, a free one where it is 0, by %s", async (_, reusePort) => {
  const program = await Program.start("echo", { workers: 3, reusePort });
  expect(program.port).toBeGreaterThan(0);
  const clients = await onePerWorker(program.url, 3);
  const numbers = await Promise.all([...clients.values()].map((client) => client.ask("number")));
  expect(numbers.sort()).toEqual(["1", "2", "3"]);
  expect((await program.workers()).map(({ pid }) => pid).sort()).toEqual([...clients.keys()].sort());
});

test.each(modes)(
  "the sockets of workers are read through the shared buffer, with %s",
  async (_, reusePort) => {
    const program = await Program.start("reads", { reusePort });
    for (const client of (await onePerWorker(program.url, 2)).values()) {
      expect(await client.ask("how")).toBe("0 listeners");
    }
  },
);

test("an entry sees what node would show it, its number, and nothing of the supervisor", async () => {
  const flag = "--no-warnings";
  const program = Program.run("tells", {
    workers: 1,
    args: ["one", "two"],
    env: { TEST_MORE: "more" },
    execArgv: [...sources, flag],
  });
  const seen = await program.next("sees");
  expect((seen["argv"] as string[]).slice(1)).toEqual([child("tells"), "one", "two"]);
  expect((seen["execArgv"] as string[]).slice(sources.length)).toEqual([flag]);
  expect(seen["main"]).toBe(true);
  const { EXWS_WORKER: number, ...variables } = seen["variables"] as Record<string, string>;
  expect(number).toBe("1");
  // Whoever runs the tests may have set some, too.
  const inherited = Object.entries(process.env).filter(([name]) => name in variables);
  expect(variables).toEqual({ ...Object.fromEntries(inherited), TEST_MORE: "more" });
  await program.next("started");
});

test('with ready: "call" a worker is ready when it says so', async () => {
  const first = await Program.start("echo", { workers: 1 });
  const port = String(first.port);
  first.signal("SIGTERM");
  await first.exited;
  const program = Program.run("calls", { workers: 1, ready: "call", env: { TEST_PORT: port } });
  await program.next("listens");
  const client = await Client.connect(`ws://127.0.0.1:${port}`);
  expect(await client.ask("hello")).toBe("hello");
  expect(program.lines.map(({ event }) => event)).toEqual(["listens"]);
  await client.ask("get ready");
  await program.next("started");
});

test("an HTTP server with attach() is shared by node:cluster and counts as listening", async () => {
  const program = await Program.start("http");
  const clients = [];
  const pids = new Set<string>();
  while (pids.size < 2) {
    const client = await Client.connect(`${program.url}/chat`);
    pids.add(await client.ask("pid"));
    clients.push(client);
  }
  expect(pids).toContain(await (await fetch(`http://127.0.0.1:${program.port}`)).text());
  program.signal("SIGTERM");
  for (const client of clients) expect((await client.ended).code).toBe(1001);
  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect((await program.next("drained").catch(() => program.lines.at(-1)!))["left"]).toBe(0);
});

test("an entry that throws at its start: a clear error, an exit code that is not 0, nobody left", async () => {
  const program = Program.run("throws");
  expect((await program.exited).code).toBe(1);
  await program.silent;
  expect(program.stderr).toContain("the entry does not want to");
  expect(program.stderr).toMatch(
    /SupervisorError: worker \d \(pid \d+\) ended with code 1 before it was ready/,
  );
});

test("an entry that is not there: a TypeError, before anything is started", async () => {
  const entry = join(tmpdir(), "no-such-entry.js");
  const program = Program.run("echo", { entry });
  expect((await program.exited).code).toBe(1);
  await program.silent;
  expect(program.stderr).toContain(`TypeError: entry is no file: ${entry}`);
});

test("a worker that never gets ready is killed, and the start fails", async () => {
  const program = Program.run("never-ready", { readyTimeout: 300 });
  expect((await program.exited).code).toBe(1);
  await program.silent;
  expect(program.stderr).toMatch(
    /SupervisorError: worker \d \(pid \d+\) was not ready within 300 ms and was killed/,
  );
});

test.each(modes)(
  "a port that somebody else has is EADDRINUSE in the worker, with %s",
  async (_, reusePort) => {
    const first = await Program.start("echo");
    const env = { TEST_PORT: String(first.port) };
    const second = Program.run("calls", { env, reusePort });
    expect((await second.exited).code).toBe(1);
    await second.silent;
    expect(second.stderr).toMatch(/EADDRINUSE/);
    expect(await (await Client.connect(first.url)).ask("still there")).toBe("still there");
  },
);

test("supervise() in a worker is refused", async () => {
  const program = Program.run("nested");
  expect((await program.exited).code).toBe(1);
  await program.silent;
  expect(program.stderr).toContain("supervise() is for the process that starts the workers");
});
