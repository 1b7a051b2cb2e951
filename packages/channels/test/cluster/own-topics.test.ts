import { afterEach, beforeEach, expect, test } from "vitest";
import { BusError, type MemoryBus } from "../../src/index.ts";
import { TestCluster, type TestNode } from "../support/cluster.ts";
import { members } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

const known = ({ channels }: TestNode): number => channels.health().nodes.length;

/** Refuses subscriptions that have such a topic among them, until what it returns is called. */
function refuse(bus: MemoryBus, isRefused: (topic: string) => boolean): () => void {
  const subscribe = bus.subscribe.bind(bus);
  bus.subscribe = (topics) =>
    topics.some(isRefused) ? Promise.reject(new BusError("refused", "no permission")) : subscribe(topics);
  return () => {
    bus.subscribe = subscribe;
  };
}

async function reconnect({ bus }: TestNode): Promise<void> {
  bus.cut();
  bus.mend();
  await settled();
}

test("the topics of a node that the bus refused are asked for again when it is back", async () => {
  const node = cluster.start();
  const allow = refuse(node.bus, (topic) => topic.startsWith("n"));
  const other = cluster.start();
  const [paul, jessica] = members(2);
  await Promise.all([node.channels.ready, other.channels.ready]);
  await Promise.all([
    node.channels.join("arrakis", paul!).done,
    other.channels.join("arrakis", jessica!).done,
  ]);
  expect(known(node)).toBe(0);
  expect(node.errors).toMatchObject([{ code: "refused" }, { code: "refused" }]);
  await reconnect(node);
  expect(node.errors).toHaveLength(4);
  allow();
  await reconnect(node);
  expect([known(node), known(other)]).toEqual([1, 1]);
  await cluster.clock.pass(100);
  expect(await node.channels.cluster.size("arrakis")).toEqual({ size: 2, silent: [] });
  expect(node.errors).toHaveLength(4);
});

test("a node that may not have its inbox hears what is said to all", async () => {
  const node = cluster.start();
  refuse(node.bus, (topic) => topic.startsWith("n-"));
  const other = cluster.start();
  const [paul] = members(1);
  await Promise.all([node.channels.ready, other.channels.ready]);
  await node.channels.join("arrakis", paul!).done;
  await cluster.clock.pass(100);
  expect(node.errors).toMatchObject([{ code: "refused" }]);
  expect(await other.channels.cluster.size("arrakis")).toEqual({ size: 1, silent: [] });
});

test("a bus that was closed while it was asked for a node's topics is asked for them no more", async () => {
  const node = cluster.start();
  let asked = 0;
  node.bus.subscribe = async () => {
    asked++;
    throw new BusError("closed", "the bus is closed");
  };
  await node.channels.ready;
  await settled();
  expect([asked, node.errors]).toEqual([1, []]);
});
