// The load generator for machines without a C compiler: the same arguments, commands and answers as those of
// native/generator.c, which explains them. It is slower than a fast server, so it can tell CPU time but no rates.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { encodeClose } from "@exws/frame";
import { cpuTimeNs } from "./cpu-time.ts";
import type { Run } from "./generator.ts";
import { GeneratorConnection } from "./generator-connection.ts";

const args = new Map(
  process.argv.slice(2).map((arg): [string, string] => {
    const at = arg.indexOf("=");
    return [arg.slice(0, at), arg.slice(at + 1)];
  }),
);
const number = (name: string): number => Number(args.get(name) ?? 0);
const file = (name: string): Uint8Array => readFileSync(args.get(name) ?? "");

const pids = (args.get("pid") ?? "").split(",").map(Number);
const serverCpu = (): number => pids.reduce((sum, pid) => sum + cpuTimeNs(pid), 0);
const [mode, port, members, replies] = [
  args.get("mode"),
  number("port"),
  number("connections"),
  number("replies"),
];
const [head, message, hello] = [file("head"), file("message"), file("hello")];
const slowFrom = members - number("slow");
const greetings = number("greetings");
const close = encodeClose(1000, "", 0x1);

const all: GeneratorConnection[] = [];
let [ends, busy, messages, lost, turnStarted, turnLeft] = [0, 0, 0, 0, 0, 0];
let latencies: number[] = [];

function beginBatch(connection: GeneratorConnection, at: number): void {
  connection.started = at;
  connection.awaited = replies;
  connection.write(message);
}

function beginTurn(at: number): void {
  turnStarted = at;
  turnLeft = slowFrom * replies;
  all[0]?.write(message);
}

function messageCame(connection: GeneratorConnection, index: number): void {
  if (busy === 0) return;
  if (mode === "echo" && --connection.awaited === 0) {
    const at = performance.now();
    latencies.push(at - connection.started);
    messages += replies;
    if (at < ends) beginBatch(connection, at);
    else busy--;
  } else if (mode === "broadcast" && index < slowFrom) {
    messages++;
    if (--turnLeft > 0) return;
    const at = performance.now();
    latencies.push(at - turnStarted);
    if (at < ends) beginTurn(at);
    else busy--;
  }
}

function open(index: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let greeted = 0;
  const connection = new GeneratorConnection(port, head, {
    upgraded() {
      if (hello.length > 0) connection.write(hello);
      if (greetings === 0) resolve();
    },
    message() {
      if (greeted === greetings) messageCame(connection, index);
      else if (++greeted === greetings) resolve();
    },
    ended() {
      lost++;
      reject(new Error("the server ended a connection"));
    },
  });
  all[index] = connection;
  return promise;
}

function storm(): void {
  const again = (): void => {
    if (performance.now() < ends) storm();
    else busy--;
  };
  const connection = new GeneratorConnection(port, head, {
    upgraded() {
      latencies.push(performance.now() - connection.started);
      messages++;
      if (number("closing") === 1) return connection.write(close);
      connection.drop();
      again();
    },
    message() {},
    ended: again,
  });
}

async function run(ms: number): Promise<void> {
  [messages, lost, latencies] = [0, 0, []];
  const bytesBefore = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const [server, self, begun] = [serverCpu(), process.cpuUsage(), performance.now()];
  ends = begun + ms;
  busy = mode === "broadcast" ? 1 : members;
  if (mode === "broadcast") beginTurn(begun);
  else for (let i = 0; i < members; i++) mode === "echo" ? beginBatch(all[i]!, begun) : storm();
  while (busy > 0 && lost === 0 && performance.now() < ends + 20_000) await wait(5);
  const elapsedNs = (performance.now() - begun) * 1e6;
  const used = process.cpuUsage(self);
  const sorted = latencies.sort((a, b) => a - b);
  const quantile = (q: number): number => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0) * 1e6;
  const result: Run = {
    messages,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) - bytesBefore,
    elapsedNs,
    serverCpuNs: serverCpu() - server,
    generatorCpuNs: (used.user + used.system) * 1000,
    p50Ns: quantile(0.5),
    p99Ns: quantile(0.99),
    maxNs: quantile(1),
    lost,
    unfinished: busy,
  };
  busy = 0;
  console.log(JSON.stringify({ event: "result", ...result }));
}

setTimeout(() => process.exit(), 900_000).unref();
if (mode !== "storm") {
  for (let from = 0; from < members; from += 128) {
    await Promise.all(Array.from({ length: Math.min(128, members - from) }, (_, i) => open(from + i)));
  }
}
if (slowFrom < members) {
  // They read for a moment every 50 ms.
  const slow = all.slice(slowFrom);
  for (const connection of slow) connection.pause(true);
  setInterval(() => {
    for (const connection of slow) connection.pause(false);
    setImmediate(() => {
      for (const connection of slow) connection.pause(true);
    });
  }, 50);
}
console.log(JSON.stringify({ event: "ready", connections: members }));
createInterface({ input: process.stdin })
  .on("line", (line) => void run(Math.min(60_000, Number(line.split(" ")[1]))))
  .on("close", () => process.exit());
