import { describe, expect, onTestFinished, test, vi } from "vitest";
import { balances, Cluster } from "../src/cluster.ts";
import type { BusConfig } from "../src/commands.ts";

const kinds: readonly BusConfig["kind"][] = ["ioredis", "node-redis", "nats"];
const quick = { heartbeat: 500, ttl: 2000 };
/** What the engine may take to be heard again, from its return on. */
const resumption = 5000;

/** A cluster that is gone when the test is over, one that hangs, too. */
function start(
  ...settings: Parameters<typeof Cluster.start> extends [unknown, ...infer Rest] ? Rest : never
): Promise<Cluster> {
  const resources = new AsyncDisposableStack();
  onTestFinished(() => resources.disposeAsync());
  return Cluster.start(resources, ...settings);
}

/** Nothing came twice or late, and for each publisher and client: what came and what is counted as lost is all there was. */
async function expectExactBooks(cluster: Cluster): Promise<void> {
  const published = await Promise.all(cluster.alive().map(({ process }) => process.tell("stopPublishing")));
  for (const { id, client } of cluster.alive()) expect(client.ledger.faults, `at ${id}`).toEqual([]);
  for (const balance of await balances(cluster, published)) {
    expect(balance).toMatchObject({ published: balance.received + balance.lost });
    if (balance.at === balance.from) expect(balance).toMatchObject({ lost: 0 });
  }
  for (const { process } of cluster.alive()) expect(process.errors).toEqual([]);
}

async function lossOf(cluster: Cluster): Promise<number> {
  const counts = await cluster.counts();
  return [...counts.values()].flatMap(({ lost }) => Object.values(lost)).reduce((sum, n) => sum + n, 0);
}

/** All nodes see all users of the nodes that live, and nobody else. */
async function expectPresence(cluster: Cluster, within = 20_000): Promise<void> {
  const users = cluster.nodes.flatMap(({ process }, i) => (process.isAlive ? [`user-${i + 1}`] : []));
  for (const { process } of cluster.alive()) {
    await vi.waitFor(async () => expect([...(await process.tell("presence"))].sort()).toEqual(users), {
      timeout: within,
      interval: 20,
    });
  }
}

describe.each(kinds)("over %s", { timeout: 120_000 }, (kind) => {
  test("four processes hear each other: all of it, in order, once", async () => {
    const cluster = await start(kind, 4, quick);
    await expectPresence(cluster);
    await cluster.startTraffic(1);
    for (const { client, id } of cluster.nodes) await client.until(id, 200);
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    expect(await lossOf(cluster)).toBe(0);
    expect(await cluster.nodes[0]!.process.tell("sizeOfAll")).toEqual({ size: 4, silent: 0 });
  });

  test("the engine is killed and started again", async () => {
    const cluster = await start(kind, 3, quick);
    await cluster.startTraffic(2);
    await cluster.allHearAll();
    await cluster.engine.stop();
    await cluster.until("down");
    // Local delivery goes on.
    for (const { process, client } of cluster.nodes) {
      const { from, number } = await process.tell("publishOne");
      await client.until(from, number);
    }
    await cluster.engine.start();
    const back = performance.now();
    await cluster.until("up");
    await cluster.allHearAll();
    expect(performance.now() - back).toBeLessThan(resumption);
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    expect(await lossOf(cluster)).toBeGreaterThan(0);
    await expectPresence(cluster);
  });

  test("the engine stands still for 10 s", async () => {
    const cluster = await start(kind, 3, quick);
    await cluster.startTraffic(5);
    await cluster.allHearAll();
    await cluster.engine.freeze();
    // The length of the fault, not a wait for anything.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    for (const { process, client } of cluster.nodes) {
      const { from, number } = await process.tell("publishOne");
      await client.until(from, number);
    }
    cluster.engine.thaw();
    const back = performance.now();
    await vi.waitFor(
      async () => {
        for (const { bus } of (await cluster.counts()).values()) expect(bus).toBe("up");
      },
      { timeout: 10_000, interval: 20 },
    );
    await cluster.allHearAll();
    expect(performance.now() - back).toBeLessThan(resumption);
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    await expectPresence(cluster);
  });

  test("one process is cut off and comes back, again and again", async () => {
    const cluster = await start(kind, 3, quick);
    const [one, two, three] = cluster.nodes;
    await cluster.startTraffic(2);
    for (let i = 0; i < 3; i++) {
      await cluster.allHearAll();
      one!.proxy.refuse();
      await one!.process.until("down");
      // The others do not notice.
      const { from, number } = await two!.process.tell("publishOne");
      await three!.client.until(from, number);
      one!.proxy.heal();
      await one!.process.until("up");
    }
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    expect(two!.process.states).toEqual(["up"]);
    await expectPresence(cluster);
  });

  test("a process that was cut off gets what it has missed from the history", async () => {
    const cluster = await start(kind, 3, { ...quick, history: true });
    const [one, ...others] = cluster.nodes;
    await cluster.startTraffic(5);
    await cluster.allHearAll();
    one!.proxy.refuse();
    await one!.process.until("down");
    for (const { process, client } of others) {
      const { from, number } = await process.tell("publishOne");
      await client.until(from, number);
    }
    one!.proxy.heal();
    await one!.process.until("up");
    await cluster.stopTraffic();
    const published = await Promise.all(others.map(({ process }) => process.tell("stopPublishing")));
    for (const { from, number } of published) {
      for (const { client } of cluster.nodes) expect(client.ledger.count(from)).toBe(number);
    }
    for (const { id, client } of cluster.nodes) expect(client.ledger.faults, `at ${id}`).toEqual([]);
  });

  test("a process is killed: its members are gone within the ttl, the others do not notice", async () => {
    const cluster = await start(kind, 3, quick);
    await expectPresence(cluster);
    await cluster.startTraffic(2);
    await cluster.allHearAll();
    await cluster.nodes[2]!.process.kill();
    await cluster.allHearAll();
    // A heartbeat may just have come, and is looked for once a heartbeat.
    await expectPresence(cluster, quick.ttl + 2 * quick.heartbeat + 1000);
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    expect(await lossOf(cluster)).toBe(0);
    expect(await cluster.nodes[0]!.process.tell("sizeOfAll")).toEqual({ size: 2, silent: 0 });
  });

  test("a process stands still for longer than the ttl, and comes back", async () => {
    const cluster = await start(kind, 3, quick);
    await expectPresence(cluster);
    await cluster.startTraffic(5);
    await cluster.allHearAll();
    const slow = cluster.nodes[0]!;
    slow.process.freeze();
    const others = cluster.nodes.slice(1);
    for (const { process } of others) {
      await vi.waitFor(async () => expect(await process.tell("presence")).not.toContain("user-1"), {
        timeout: 10_000,
        interval: 20,
      });
    }
    // The others hear each other.
    const { from, number } = await others[0]!.process.tell("publishOne");
    await others[1]!.client.until(from, number);
    slow.process.thaw();
    await vi.waitFor(async () => expect((await slow.process.tell("counts")).bus).toBe("up"), {
      timeout: 10_000,
    });
    await cluster.allHearAll();
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    await expectPresence(cluster);
  });

  test("a process whose event loop is held up for 2 s loses nothing", async () => {
    const cluster = await start(kind, 3, { heartbeat: 500, ttl: 10_000 });
    await cluster.startTraffic(2);
    await cluster.allHearAll();
    await cluster.nodes[0]!.process.tell("block", 2000);
    await cluster.allHearAll();
    await cluster.stopTraffic();
    await expectExactBooks(cluster);
    expect(await lossOf(cluster)).toBe(0);
  });
});
