import * as net from "node:net";
import { expect, test } from "vitest";
import { Client, onePerWorker } from "./support/client.ts";
import { Program } from "./support/program.ts";

const killed = { code: null, signal: "SIGKILL", expected: false };

test("a worker that is killed gets a successor at once; the connections of the others do not notice", async () => {
  const program = await Program.start("echo");
  const clients = await onePerWorker(program.url, 2);
  const [[victim, lost], [other, kept]] = [...clients] as [[number, Client], [number, Client]];
  process.kill(victim, "SIGKILL");
  expect((await lost.ended).code).toBe(1006);
  const exit = await program.next("exit");
  expect(exit).toMatchObject({ pid: victim, state: "ended", exit: killed });
  expect(await program.next("restart")).toMatchObject({ pid: victim, delay: 0 });
  expect(await kept.ask("still here")).toBe("still here");
  await program.next("ready", ({ pid, number }) => number === exit["number"] && pid !== victim);
  const now = await onePerWorker(program.url, 2);
  expect([...now.keys()]).toContain(other);
  expect([...now.keys()]).not.toContain(victim);
  expect(await kept.ask("all the time")).toBe("all the time");
  expect(program.stderr).toContain(`(pid ${victim}) ended with SIGKILL`);
});

const root = new URL("../../../node_modules/", import.meta.url).pathname;
const nodes: [string, string | undefined][] = [
  ["26", undefined],
  ...["22", "24"].map((major): [string, string] => [major, `${root}node${major}/bin/node`]),
];

test.each(nodes.filter(([, node]) => node === undefined || process.platform === "linux"))(
  "a port of 0 stays the same, and no connection is refused, though the only worker is killed, on Node %s",
  async (_, node) => {
    const program = await Program.start("echo", { workers: 1 }, node);
    const first = await Client.connect(program.url);
    const pid = Number(await first.ask("pid"));
    process.kill(pid, "SIGKILL");
    await first.ended;
    // There may be no worker at this moment: the kernel holds the connection for the next.
    const second = await Client.connect(program.url);
    expect(Number(await second.ask("pid"))).not.toBe(pid);
  },
);

test("who connects while workers are killed is never refused", async () => {
  const program = await Program.start("echo", { restarts: { max: 100 }, backoff: { min: 0, max: 0 } });
  let going = true;
  let connected = 0;
  const refused: unknown[] = [];
  const connect = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = net.connect(program.port, "127.0.0.1", () => {
        connected++;
        socket.destroy();
      });
      // Later errors are of connections that a worker had accepted: they go with it.
      socket.on("error", (error) => socket.connecting && refused.push(error));
      socket.on("close", () => resolve());
    });
  const lane = async (): Promise<void> => {
    while (going) await connect();
  };
  const lanes = Promise.all(Array.from({ length: 2 }, lane));
  const seen = new Set((await program.workers()).map(({ pid }) => pid));
  for (let i = 0; i < 6; i++) {
    process.kill((await program.workers())[i % 2]!.pid, "SIGKILL");
    seen.add((await program.next("ready", ({ pid }) => !seen.has(pid as number)))["pid"] as number);
  }
  going = false;
  await lanes;
  expect(refused).toEqual([]);
  expect(connected).toBeGreaterThan(8);
});

test("a worker that is frozen is killed after a while, and has a successor; the others do not notice", async () => {
  const program = await Program.start("echo", { unresponsive: 3_000 });
  const [[frozen, lost], [, kept]] = [...(await onePerWorker(program.url, 2))] as [
    [number, Client],
    [number, Client],
  ];
  process.kill(frozen, "SIGSTOP");
  expect((await lost.ended).code).toBe(1006);
  expect(await program.next("exit")).toMatchObject({
    pid: frozen,
    exit: { signal: "SIGKILL", expected: false, reason: "did not answer for 3000 ms and was killed" },
  });
  await program.next("restart", ({ delay }) => delay === 0);
  expect(await kept.ask("unaffected")).toBe("unaffected");
});

test("a worker that is blocked for less than that is left alone", async () => {
  const program = await Program.start("echo", { workers: 1, unresponsive: 20_000 });
  const client = await Client.connect(program.url);
  const pid = await client.ask("pid");
  expect(await client.ask("block")).toBe("blocked for 4 s");
  expect(await client.ask("pid")).toBe(pid);
  expect(program.lines.filter(({ event }) => event === "exit")).toEqual([]);
});

/** Connects until so many in a row have been answered by this process. */
async function allTo(url: string, pid: number, wanted: number): Promise<void> {
  for (let row = 0; row < wanted; ) {
    // One that waits for the worker that is gone is reset once nobody is expected to come.
    const client = await Client.connect(url).catch(() => undefined);
    const answer = await client?.ask("pid").catch(() => undefined);
    row = answer === String(pid) ? row + 1 : 0;
    client?.close();
  }
}

test("while a worker has to wait for its restart the others get all connections", async () => {
  const program = await Program.start("echo", { backoff: { min: 600_000, max: 600_000 } });
  const [first, other] = await program.workers();
  process.kill(first!.pid, "SIGKILL");
  const { pid } = await program.next(
    "ready",
    (line) => ![first!.pid, other!.pid].includes(line["pid"] as number),
  );
  process.kill(pid as number, "SIGKILL");
  await program.next("restart", ({ delay }) => delay === 600_000);
  await allTo(program.url, other!.pid, 40);
});

test("a server that a worker closes by itself gets no connections any more", async () => {
  const program = await Program.start("echo");
  const clients = await onePerWorker(program.url, 2);
  const [[, closing], [pid]] = [...clients] as [[number, Client], [number, Client]];
  closing.socket.send("close");
  expect((await closing.ended).code).toBe(1001);
  await allTo(program.url, pid, 40);
  expect(await program.workers()).toHaveLength(2);
});

test("workers that crash again and again are restarted ever later, and beyond the limit everything ends with an error", async () => {
  const program = await Program.start("echo", {
    restarts: { max: 4, within: 60_000 },
    backoff: { min: 20, max: 5_000 },
  });
  const [first, other] = await program.workers();
  let pid = first!.pid;
  const delays: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    process.kill(pid, "SIGKILL");
    delays.push((await program.next("restart"))["delay"]);
    const next = await program.next("ready", (line) => line["number"] === 1 && line["pid"] !== first!.pid);
    pid = next["pid"] as number;
  }
  expect(delays).toEqual([0, 20, 40, 80]);
  const client = (await onePerWorker(program.url, 2)).get(other!.pid)!;
  process.kill(pid, "SIGKILL");
  expect((await client.ended).code, "the others are drained").toBe(1001);
  expect(await program.exited).toEqual({ code: 1, signal: null });
  await program.silent;
  expect(program.stderr).toMatch(
    /SupervisorError: more than 4 restarts within 60000 ms; at last worker 1 \(pid \d+\) ended with SIGKILL/,
  );
});

test("a worker that somebody else tells to go drains and has a successor", async () => {
  const program = await Program.start("echo", { restarts: { max: 0 } });
  const clients = await onePerWorker(program.url, 2);
  const [[told, client], [, other]] = [...clients] as [[number, Client], [number, Client]];
  process.kill(told, "SIGTERM");
  expect((await client.ended).code).toBe(1001);
  expect(await program.next("exit")).toMatchObject({ pid: told, exit: { code: 0, expected: true } });
  await program.next("ready", ({ pid }) => !clients.has(pid as number));
  expect(await other.ask("unaffected")).toBe("unaffected");
  expect((await onePerWorker(program.url, 2)).has(told)).toBe(false);
});

test("workers whose supervisor is killed drain and end: no orphan is left", async () => {
  const program = await Program.start("echo");
  const clients = await onePerWorker(program.url, 2);
  const answers = [...clients.values()].map((client) => client.ask("slow"));
  program.signal("SIGKILL");
  expect(await Promise.all(answers)).toEqual(["done slowly", "done slowly"]);
  for (const client of clients.values()) expect((await client.ended).code).toBe(1001);
  // Nobody has its output any more.
  await program.silent;
});

test("what cannot be said to a supervisor that is gone does not end a worker before its drain", async () => {
  const program = await Program.start("sends", { workers: 1 });
  const client = await Client.connect(program.url);
  const answer = client.ask("the last word");
  program.signal("SIGKILL");
  expect(await answer).toBe("the last word");
  expect((await client.ended).code).toBe(1001);
});
