import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestCluster, type TestNode } from "../support/cluster.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

const known = ({ channels }: TestNode): number => channels.health().nodes.length;

test("nodes know each other as soon as they are connected, without waiting for a heartbeat", async () => {
  const nodes = await cluster.connected(4);
  expect(nodes.map(known)).toEqual([3, 3, 3, 3]);
  const [one, other] = nodes.map(({ channels }) => channels.health());
  expect(one!.nodes).toContain(other!.node);
  expect(one!.nodes).not.toContain(one!.node);
});

test("a node that closes is gone at once", async () => {
  const [one, other] = await cluster.connected(2);
  await other!.channels.close();
  await settled();
  expect(known(one!)).toBe(0);
  expect(other!.channels.health()).toMatchObject({ bus: "closed", error: undefined });
});

test("a node that falls silent is gone within the ttl, and not before it has missed two heartbeats", async () => {
  const [one, other] = await cluster.connected(2);
  await cluster.clock.pass(20_000);
  expect(known(one!)).toBe(1);
  // Cut off without a word, as by SIGKILL.
  cluster.hub.copies = ({ to }) => (to === one!.bus ? 0 : 1);
  await cluster.clock.pass(10_000);
  expect(known(one!)).toBe(1);
  await cluster.clock.pass(5000);
  expect(known(one!)).toBe(0);
  expect(known(other!)).toBe(1);
  cluster.hub.copies = () => 1;
  await cluster.clock.pass(5000);
  expect(known(one!)).toBe(1);
});

test("messages are a sign of life, too", async () => {
  const [one, other] = await cluster.connected(2);
  cluster.hub.copies = ({ to, topic }) => (to === one!.bus && topic === ":n" ? 0 : 1);
  await one!.channels.join("arrakis", { write: () => "sent", onClosed() {}, name: "" } as never).done;
  for (let i = 0; i < 10; i++) {
    other!.channels.broadcast("arrakis", "hello");
    await cluster.clock.pass(5000);
  }
  expect(known(one!)).toBe(1);
});

test("nobody is taken for dead while the own bus is down, and everybody has a whole ttl after it", async () => {
  const [one, other, third] = await cluster.connected(3);
  one!.bus.cut();
  await third!.channels.close();
  await cluster.clock.pass(60_000);
  expect(known(one!)).toBe(2);
  expect(known(other!)).toBe(0);
  one!.bus.mend();
  await settled();
  expect([known(one!), known(other!)]).toEqual([2, 1]);
  await cluster.clock.pass(10_000);
  expect(known(one!)).toBe(2);
  await cluster.clock.pass(5000);
  expect(known(one!)).toBe(1);
});

test("who was stopped itself does not take the others for dead", async () => {
  const [one, other] = await cluster.connected(2);
  one!.bus.hold();
  other!.bus.hold();
  cluster.clock.skip(60_000);
  await cluster.clock.pass(0);
  expect([known(one!), known(other!)]).toEqual([1, 1]);
  one!.bus.release();
  other!.bus.release();
  await cluster.clock.pass(5000);
  expect([known(one!), known(other!)]).toEqual([1, 1]);
});

test("a node that is new makes nobody repeat what it has said; one that comes back does", async () => {
  const [one, other] = await cluster.connected(2);
  for (let i = 0; i < 10; i++) one!.channels.broadcast(`room ${i}`, "hello");
  await cluster.clock.pass(10_000);
  let tails = 0;
  const { publish } = one!.bus;
  one!.bus.publish = (topic, payload) => {
    if (payload[2] === 3) tails++;
    return publish.call(one!.bus, topic, payload);
  };
  const [third] = await cluster.connected(1);
  await cluster.clock.pass(10_000);
  expect([known(third!), tails]).toEqual([2, 0]);
  other!.bus.cut();
  other!.bus.mend();
  await cluster.clock.pass(10_000);
  expect(tails).toBe(10);
});

test("nodes of another prefix are strangers", async () => {
  const { channels } = cluster.start();
  await channels.ready;
  const { Channels } = await import("../../src/index.ts");
  const stranger = new Channels({
    bus: cluster.hub.bus({ prefix: "other" }),
    cluster: { clock: cluster.clock },
  });
  await stranger.ready;
  await settled();
  expect([channels.health().nodes, stranger.health().nodes]).toEqual([[], []]);
  await stranger.close();
});

describe("subscriptions follow membership", () => {
  test("the first member subscribes, the last unsubscribes, and what is undone within a turn does not reach the bus", async () => {
    const { Channels, MemoryHub } = await import("../../src/index.ts");
    const { FakeMember } = await import("../support/fake-member.ts");
    const bus = new MemoryHub().bus();
    const calls: string[] = [];
    const { subscribe, unsubscribe } = bus;
    bus.subscribe = (topics) => {
      calls.push(`+${topics.length}`);
      return subscribe.call(bus, topics);
    };
    bus.unsubscribe = (topics) => {
      calls.push(`-${topics.length}`);
      unsubscribe.call(bus, topics);
    };
    const channels = new Channels({ bus });
    await channels.ready;
    await settled();
    expect(calls.splice(0)).toEqual(["+2"]);
    const [a, b] = [new FakeMember(), new FakeMember()];
    for (let i = 0; i < 100; i++) channels.join(`room ${i}`, a);
    channels.join("room 1", b);
    await settled();
    expect(calls.splice(0)).toEqual(["+100"]);
    channels.leave("room 1", a);
    channels.leave("room 2", a);
    channels.join("room 2", a);
    channels.join("room 200", a);
    channels.leave("room 200", a);
    await settled();
    expect(calls.splice(0)).toEqual([]);
    a.close();
    await settled();
    expect(calls.splice(0)).toEqual(["-99"]);
    channels.leave("room 1", b);
    await settled();
    expect(calls.splice(0)).toEqual(["-1"]);
    await channels.close();
  });

  test("one that the bus refuses is reported and keeps to its node; the others are not lost with it", async () => {
    const { Channels, BusError } = await import("../../src/index.ts");
    const { FakeMember } = await import("../support/fake-member.ts");
    const bus = cluster.hub.bus();
    const { subscribe } = bus;
    const refusal = new BusError("refused", "no permission");
    bus.subscribe = (topics) =>
      topics.includes("cc2VjcmV0") ? Promise.reject(refusal) : subscribe.call(bus, topics);
    const errors: unknown[] = [];
    const channels = new Channels({
      bus,
      cluster: { clock: cluster.clock },
      onError: (error) => errors.push(error),
    });
    const other = cluster.start();
    await Promise.all([channels.ready, other.channels.ready]);
    const [a, b, c] = ["a", "b", "c"].map((name) => new FakeMember(name));
    const joins = [channels.join("one", a!), channels.join("secret", b!), channels.join("two", c!)];
    await Promise.all(joins.map(({ done }) => done));
    expect(errors).toEqual([refusal]);
    for (const id of ["one", "secret", "two"]) other.channels.broadcast(id, "hello");
    channels.broadcast("secret", "own");
    await settled();
    expect([a!.got, b!.got, c!.got]).toEqual([["hello"], ["own"], ["hello"]]);
    await channels.close();
  });
});
