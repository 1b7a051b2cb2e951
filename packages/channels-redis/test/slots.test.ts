import { RedisCluster, type RedisServer } from "@exws/engines";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisBusOptions, redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { Listener } from "./support/listener.ts";
import { quick } from "./support/scene.ts";

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const ask = async (node: RedisServer, ...words: (string | number)[]) => String(await node.command(...words));

/** Gives a slot without keys to another node, as `redis-cli` does: importing it raises the epoch of the new owner, whom all believe then. */
async function move(slot: number): Promise<void> {
  const { nodes } = cluster;
  const owners = (await nodes[0]!.command("CLUSTER", "SLOTS")) as [number, number, [string, number]][];
  const port = owners.find(([first, last]) => first <= slot && slot <= last)![2][1];
  const source = nodes.find((node) => node.port === port)!;
  const [target, ...others] = nodes.filter((node) => node !== source) as [RedisServer, ...RedisServer[]];
  const [from, to] = [await ask(source, "CLUSTER", "MYID"), await ask(target, "CLUSTER", "MYID")];
  await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", from);
  await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", to);
  for (const node of [target, source, ...others]) await node.command("CLUSTER", "SETSLOT", slot, "NODE", to);
}

describe.each(libraries)("over a cluster by $library", (library) => {
  async function open(options: RedisBusOptions = {}): Promise<Listener> {
    const made = library.cluster(cluster);
    const listener = new Listener(redisBus(made.client, { heartbeat: quick, ...options }));
    onTestFinished(async () => {
      await listener.bus.close();
      made.end();
    });
    await listener.bus.open(listener);
    return listener;
  }

  test("topics are spread over the nodes, and no message goes to a node that nobody subscribes at", async () => {
    const [from, to] = [await open(), await open()];
    const topics = Array.from({ length: 30 }, (_, i) => `t${i}`);
    await to.bus.subscribe(topics);
    const shares = await Promise.all(
      cluster.nodes.map((node) => ask(node, "PUBSUB", "SHARDCHANNELS", "exws:*")),
    );
    const counts = shares.map((share) => share.split(",").length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(30);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    await Promise.all(topics.map((topic) => from.say(topic, "x")));
    await Promise.all(topics.map((topic) => to.hears(topic, "x")));
    expect(to.heard).toHaveLength(30);
  });

  test("a slot that moves takes its subscriptions and its log along, by themselves", async () => {
    const [from, to] = [await open({ prefix: "dune" }), await open({ prefix: "dune" })];
    await to.bus.subscribe(["t", "u", "v"]);
    await move(Number(await ask(cluster.nodes[0]!, "CLUSTER", "KEYSLOT", "dune:t")));
    await to.told(["down", "up"]);
    await from.told(["down", "up"]);
    for (const topic of ["t", "u", "v"]) {
      await from.say(topic, "x");
      await to.hears(topic, "x");
    }
    expect(to.heard).toHaveLength(3);
  });

  test("a slot of a log that moves is found", async () => {
    const bounds = { count: 10, bytes: 1000, age: 60_000, keep: 60_000 };
    const one = await open({ prefix: "log" });
    const topic = library.library;
    await move(Number(await ask(cluster.nodes[0]!, "CLUSTER", "KEYSLOT", `{${topic}}`)));
    await one.told(["down", "up"]);
    expect((await one.bus.log!.append(topic, Buffer.from("a"), bounds)).offset).toBe(1);
    expect((await one.bus.log!.read(topic, undefined, bounds)).position.offset).toBe(1);
  });

  test("one node of three that is gone takes the bus down, and its return brings it up", async () => {
    const [from, to] = [await open(), await open()];
    const topics = Array.from({ length: 30 }, (_, i) => `t${i}`);
    await to.bus.subscribe(topics);
    const [, node] = cluster.nodes;
    await node!.stop();
    await to.told(["down"]);
    await from.told(["down"]);
    await node!.start();
    await to.told(["down", "up"]);
    await from.told(["down", "up"]);
    await cluster.settled();
    await Promise.all(topics.map((topic) => from.say(topic, "x")));
    await Promise.all(topics.map((topic) => to.hears(topic, "x")));
    expect(to.heard).toHaveLength(30);
  });
});
