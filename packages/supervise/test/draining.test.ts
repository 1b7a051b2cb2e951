import { spawn } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { ownGroup, sources } from "@exws/processes";
import { expect, onTestFinished, test } from "vitest";
import { Client, onePerWorker } from "./support/client.ts";
import { child, Program } from "./support/program.ts";

/** Clients that ask one question after another until they are told to go. */
async function load(url: string, count: number): Promise<{ client: Client; asked: () => number }[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await Client.connect(url);
      let asked = 0;
      const ask = async (): Promise<void> => {
        for (;;) {
          await client.ask(`question ${asked}`);
          asked++;
        }
      };
      ask().catch(() => {});
      return { client, asked: () => asked };
    }),
  );
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s under load: every client gets 1001, every busy handler's reply arrives, the exit code is 0",
  async (signal) => {
    const program = await Program.start("echo");
    const busy = await Promise.all(Array.from({ length: 20 }, () => Client.connect(program.url)));
    const loaded = await load(program.url, 100);
    const replies = busy.map((client) => client.ask("slow"));
    for (const { asked } of loaded) while (asked() === 0) await new Promise(setImmediate);
    program.signal(signal);
    expect(new Set(await Promise.all(replies))).toEqual(new Set(["done slowly"]));
    const endings = await Promise.all(
      [...busy, ...loaded.map(({ client }) => client)].map(({ ended }) => ended),
    );
    for (const ending of endings) expect(ending).toMatchObject({ code: 1001, wasClean: true });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    await program.silent;
    const exits = program.lines.filter(({ event }) => event === "exit");
    expect(exits).toHaveLength(2);
    for (const { exit } of exits) expect(exit).toMatchObject({ code: 0, expected: true });
    await expect(Client.connect(program.url)).rejects.toThrow();
  },
);

test("a worker that hangs on its drain is killed in time, and the exit code says that it was not clean", async () => {
  const program = await Program.start("hangs", { drain: 400 });
  const client = await Client.connect(program.url);
  program.signal("SIGTERM");
  await program.next("drains");
  expect((await client.ended).code).toBe(1001);
  expect(await program.exited).toEqual({ code: 1, signal: null });
  await program.silent;
  expect(program.stderr).toMatch(/had not drained within 400 ms and was killed/);
});

test("a worker that is frozen is killed in time", async () => {
  const program = await Program.start("echo", { drain: 400 });
  const [worker] = await program.workers();
  process.kill(worker!.pid, "SIGSTOP");
  program.signal("SIGTERM");
  expect((await program.exited).code).toBe(1);
  await program.silent;
  expect(program.stderr).toContain(
    `worker 1 (pid ${worker!.pid}) had not drained within 400 ms and was killed`,
  );
});

test("a second signal kills the workers that still drain", async () => {
  const program = await Program.start("hangs");
  program.signal("SIGTERM");
  await program.next("drains");
  program.signal("SIGTERM");
  expect((await program.exited).code).toBe(1);
  expect(program.stderr).toContain("SIGTERM again: killing the workers");
});

test("SIGTERM while workers start: they end, and nothing is an error", async () => {
  const program = Program.run("never-ready");
  await program.next("begins");
  program.signal("SIGTERM");
  expect(await program.exited).toEqual({ code: 0, signal: null });
});

test("signals that are to be passed on reach all workers", async () => {
  const program = await Program.start("echo", { pass: ["SIGUSR2"], restarts: { max: 5 } });
  program.signal("SIGUSR2");
  // Nobody in the worker hears it: the system ends it.
  for (let i = 0; i < 2; i++) {
    expect(await program.next("exit")).toMatchObject({ exit: { signal: "SIGUSR2", expected: false } });
  }
});

test("a client that never answers is dropped before the worker is killed", async () => {
  const program = await Program.start("echo", { workers: 1, drain: 2_000 });
  const socket = connect(program.port, "127.0.0.1");
  socket.write(
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("data", resolve));
  program.signal("SIGTERM");
  expect(await program.exited).toEqual({ code: 0, signal: null });
  socket.destroy();
});

test("connections of every worker are told", async () => {
  const program = await Program.start("echo", { workers: 3 });
  const clients = await onePerWorker(program.url, 3);
  program.tell("stop");
  for (const client of clients.values()) expect((await client.ended).code).toBe(1001);
  expect((await program.exited).code).toBe(0);
});

if (process.platform === "linux") {
  test("a terminal that is closed drains and stops all, rather than reloading for nobody", async () => {
    const words = [process.execPath, ...sources, child("terminal"), child("echo")];
    // It takes the place of the shell, and so leads the session, and the group in it.
    const command = `exec ${words.map((word) => `'${word}'`).join(" ")}`;
    const script = spawn("script", ["-qfc", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit", "pipe"],
    });
    onTestFinished(() => void script.kill("SIGKILL"));
    script.stdout!.resume();
    const lines = createInterface({ input: script.stdio[3] as Readable })[Symbol.asyncIterator]();
    const { value: pid } = await lines.next();
    onTestFinished(ownGroup(Number(pid)));
    script.kill("SIGKILL");
    expect(await lines.next()).toEqual({ done: false, value: '{"drained":2,"killed":0}' });
    expect(await lines.next()).toMatchObject({ done: true });
  });
}
