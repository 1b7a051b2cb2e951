import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, onePerWorker } from "./support/client.ts";
import { Program } from "./support/program.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exws-supervise-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["sockets of their own", true],
  ["handles from the primary of node:cluster", false],
])(
  "SIGHUP under load, with %s: all workers are new, no connection is refused, no reply is lost",
  async (_, reusePort) => {
    const program = await Program.start("echo", { reusePort });
    const old = (await program.workers()).map(({ pid }) => pid);
    const codes = new Set<number>();
    let connections = 0;
    let unanswered = 0;
    let going = true;
    const lane = async (): Promise<void> => {
      while (going) {
        const client = await Client.connect(program.url);
        connections++;
        const done = (async () => {
          for (let i = 0; i < 20; i++) await client.ask(`question ${i}`);
          client.close();
        })();
        await done.catch(() => {});
        const { code } = await client.ended;
        if (code !== 1001) unanswered += client.unanswered;
        codes.add(code);
      }
    };
    const lanes = Promise.all(Array.from({ length: 6 }, lane));
    for (let i = 0; i < 2; i++) {
      program.signal("SIGHUP");
      for (let exits = 0; exits < 2; exits++) {
        expect(await program.next("exit")).toMatchObject({ exit: { code: 0, expected: true } });
      }
    }
    going = false;
    await lanes;
    const now = (await program.workers()).map(({ pid }) => pid);
    expect(now).toHaveLength(2);
    expect(old.filter((pid) => now.includes(pid))).toEqual([]);
    expect(connections).toBeGreaterThan(6);
    expect([...codes].sort().filter((code) => code !== 1001 && code !== 1005)).toEqual([]);
    expect(unanswered).toBe(0);
    const events = program.lines.filter(({ event }) => event === "ready" || event === "exit");
    expect(events.map(({ event }) => event).slice(2, 6), "ready before the other goes").toEqual([
      "ready",
      "exit",
      "ready",
      "exit",
    ]);
  },
);

test("a new worker that does not get ready ends the reload; the old ones go on", async () => {
  const broken = join(folder, "broken");
  const program = await Program.start("breaks", { env: { TEST_BROKEN: broken } });
  const old = (await program.workers()).map(({ pid }) => pid);
  const clients = await onePerWorker(program.url, 2);
  await writeFile(broken, "");
  program.tell("reload");
  const { code, message } = await program.next("not reloaded");
  expect(code).toBe("reload-failed");
  expect(message).toMatch(/^reload given up: worker 1 \(pid \d+\) ended with code 1 before it was ready$/);
  expect(await program.workers()).toEqual(old.map((pid, i) => ({ number: i + 1, pid, state: "ready" })));
  for (const [pid, client] of clients) expect(await client.ask("pid")).toBe(String(pid));
  program.signal("SIGHUP");
  await program.next("exit", ({ exit }) => !(exit as { expected: boolean }).expected);
  while (!program.stderr.includes("exws: reload given up")) await new Promise(setImmediate);
  await rm(broken);
  program.tell("reload");
  await program.next("reloaded");
  expect((await program.workers()).filter(({ pid }) => old.includes(pid))).toEqual([]);
});

test("an old worker that is frozen is killed in time, and the reload goes on", async () => {
  const program = await Program.start("echo", { drain: 400 });
  const [first] = await program.workers();
  process.kill(first!.pid, "SIGSTOP");
  program.tell("reload");
  await program.next("reloaded");
  expect(await program.next("exit")).toMatchObject({ pid: first!.pid, exit: { signal: "SIGKILL" } });
  expect((await onePerWorker(program.url, 2)).has(first!.pid)).toBe(false);
});

test("a reload while one is going on comes after it", async () => {
  const program = await Program.start("echo", { workers: 1 });
  program.tell("reload");
  program.tell("reload");
  await program.next("reloaded");
  await program.next("reloaded");
  expect(program.lines.filter(({ event }) => event === "exit")).toHaveLength(2);
  expect(await program.workers()).toHaveLength(1);
});

test("however often it is told while one is going on: it reloads once more", async () => {
  const program = await Program.start("echo", { workers: 1 });
  for (let i = 0; i < 5; i++) program.tell("reload");
  for (let i = 0; i < 5; i++) await program.next("reloaded");
  expect(program.lines.filter(({ event }) => event === "exit")).toHaveLength(2);
  expect(await program.workers()).toHaveLength(1);
});

test("SIGTERM in the middle of a reload stops all", async () => {
  const broken = join(folder, "none");
  const program = await Program.start("breaks", { env: { TEST_BROKEN: broken } });
  const client = await Client.connect(program.url);
  program.tell("reload");
  program.signal("SIGTERM");
  expect((await client.ended).code).toBe(1001);
  expect(await program.exited).toEqual({ code: 0, signal: null });
});
