import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { Generator } from "../src/generator.ts";
import { type Conditions, measure } from "../src/measure.ts";
import { findPeers } from "../src/peers.ts";
import { scenariosNamed } from "../src/scenario.ts";
import { selectPeers } from "../src/select-peers.ts";

// One tiny round: that there are numbers and that they make sense, not how large they are.

const echo = { ...scenariosNamed(["echo-20b-text"])[0]!, connections: 4 };
const pipelined = { ...scenariosNamed(["echo-20b-pipelined-binary"])[0]!, connections: 4 };
const broadcast = { ...scenariosNamed(["broadcast-slow-16"])[0]!, connections: 10, slow: 2 };
const cluster = (name: string) => ({ ...scenariosNamed([name])[0]!, connections: 8, nodes: 2 });
const storm = { ...scenariosNamed(["storm-closing"])[0]!, connections: 4 };

const { peers } = await findPeers(process.execPath);

describe.each([
  ["where there is a compiler, in C", false],
  ["in Node", true],
])("with the load generator %s", (_, inNode) => {
  test.each([echo, pipelined, broadcast, storm])(
    "$id of exws and ws gives sane numbers",
    async (scenario) => {
      const { command } = await Generator.command(inNode);
      const conditions: Conditions = {
        generator: command,
        pinning: undefined,
        rounds: 1,
        ms: 60,
        progress() {},
      };
      const { rows } = await measure(scenario, selectPeers(peers, ["exws", "ws"]), conditions);
      expect(rows.map(({ peer, failed }) => [peer, failed])).toEqual([
        ["exws", undefined],
        ["ws", undefined],
      ]);
      for (const { figures, ratio, runs } of rows) {
        const { cpuUs, perSecond, p50Us, p99Us, serverLoad, rssBytes } = figures!;
        for (const value of [cpuUs, perSecond, p50Us, ratio]) expect(value).toBeGreaterThan(0);
        expect(p99Us).toBeGreaterThanOrEqual(p50Us);
        expect(serverLoad).toBeLessThan(availableParallelism());
        if (process.platform === "linux") expect(rssBytes).toBeGreaterThan(1e6);
        expect(runs!.map(({ messages }) => messages % scenario.batch)).toEqual([0]);
      }
    },
  );
});

test.each([
  ["broadcast-4x2500-redis", ["exws-rooms", "socket.io"]],
  ["broadcast-4x2500-nats", ["exws-rooms"]],
])("%s reaches members on two processes", async (name, names) => {
  const { command } = await Generator.command();
  const conditions: Conditions = { generator: command, pinning: undefined, rounds: 1, ms: 60, progress() {} };
  const { rows } = await measure(cluster(name), selectPeers(peers, names), conditions);
  expect(rows.map(({ peer, failed }) => [peer, failed])).toEqual(names.map((peer) => [peer, undefined]));
  for (const { runs } of rows) expect(runs!.map(({ messages }) => messages % 8)).toEqual([0]);
});
