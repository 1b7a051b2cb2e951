import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Channels } from "../../src/index.ts";
import { TestCluster } from "../support/cluster.ts";
import { FakeMember, members } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

const byName = { presence: { key: (member: FakeMember) => member.name || undefined } };
const nodeOf = ({ channels }: { channels: { health(): { node: string | undefined } } }) =>
  channels.health().node!;

test("size, members and presence are those of all nodes, wherever they are asked", async () => {
  const [one, other, third] = await cluster.connected(3, byName);
  const join = (node: typeof one, name: string, meta?: unknown) =>
    node!.channels.join("arrakis", new FakeMember(name), meta);
  join(one, "paul", { level: 5 });
  join(one, "paul", { level: 6 });
  join(other, "paul");
  join(other, "jessica", "mother");
  join(other, "", "hidden");
  await settled();
  for (const { channels } of [one!, other!, third!]) {
    expect(await channels.cluster.size("arrakis")).toEqual({ size: 5, silent: [] });
    expect(await channels.cluster.size("caladan")).toEqual({ size: 0, silent: [] });
    const { members, silent } = await channels.cluster.members("arrakis");
    expect(silent).toEqual([]);
    const at = (node: typeof one) =>
      members.filter((each) => each.node === nodeOf(node!)).map(({ meta }) => meta);
    expect(at(one)).toEqual([{ level: 5 }, { level: 6 }]);
    expect(at(other)).toEqual([undefined, "mother", "hidden"]);
    const { presence } = await channels.cluster.presence("arrakis");
    const people = presence.map(({ key, connections }) => [key, connections]).sort();
    expect(people).toEqual([
      ["jessica", 1],
      ["paul", 3],
    ]);
  }
});

test("a silent node is named when the time is up, and what the others said is there", async () => {
  const [one, other, dead] = await cluster.connected(3);
  other!.channels.join("arrakis", new FakeMember());
  dead!.channels.join("arrakis", new FakeMember());
  await settled();
  dead!.bus.hold();
  const asked = one!.channels.cluster.size("arrakis");
  let isDone = false;
  void asked.then(() => {
    isDone = true;
  });
  await cluster.clock.pass(999);
  expect(isDone).toBe(false);
  await cluster.clock.pass(1);
  expect(await asked).toEqual({ size: 1, silent: [nodeOf(dead!)] });
  // What it says later is nothing that anybody asked for.
  dead!.bus.release();
  await settled();
  expect(one!.channels.stats().foreign).toBe(0);
});

test("who has just connected, and does not know yet who is there, waits for them a moment", async () => {
  const [one, other] = await cluster.connected(2);
  one!.channels.join("arrakis", new FakeMember());
  other!.channels.join("arrakis", new FakeMember());
  const { channels } = cluster.start();
  await channels.ready;
  expect(channels.health().nodes).toEqual([]);
  const asked = channels.cluster.size("arrakis");
  await cluster.clock.pass(100);
  expect(await asked).toEqual({ size: 2, silent: [] });
});

test("the time is an option", async () => {
  const [one, dead] = await cluster.connected(2, { cluster: { queryTimeout: 20 } });
  dead!.bus.hold();
  const asked = one!.channels.cluster.members("arrakis");
  await cluster.clock.pass(20);
  expect(await asked).toEqual({ members: [], silent: [nodeOf(dead!)] });
});

test("while the bus is down all others are silent, at once", async () => {
  const [one, other] = await cluster.connected(2);
  one!.channels.join("arrakis", new FakeMember());
  cluster.hub.stop();
  expect(await one!.channels.cluster.size("arrakis")).toEqual({ size: 1, silent: [nodeOf(other!)] });
});

test("a bus that goes down while a question is out ends it; so does closing", async () => {
  const [one, other, third] = await cluster.connected(3);
  other!.bus.hold();
  third!.bus.hold();
  const first = one!.channels.cluster.size("arrakis");
  await settled();
  cluster.hub.stop();
  expect((await first).silent.length).toBe(2);
  cluster.hub.start();
  await settled();
  const second = one!.channels.cluster.size("arrakis");
  await settled();
  await one!.channels.close();
  expect((await second).silent.length).toBe(2);
});

test("a node that says goodbye meanwhile is not silent: it is not there", async () => {
  const [one, other] = await cluster.connected(2);
  other!.bus.hold();
  const asked = one!.channels.cluster.size("arrakis");
  await settled();
  await other!.channels.close();
  expect(await asked).toEqual({ size: 0, silent: [] });
});

test("a node that was closed is asked no more", async () => {
  const [one, other] = await cluster.connected(2);
  await other!.channels.close();
  await settled();
  expect(await one!.channels.cluster.size("arrakis")).toEqual({ size: 0, silent: [] });
});

describe("long answers", () => {
  test("come in parts that the bus takes, and whole", async () => {
    cluster = new TestCluster({ maxPayload: 1000 });
    const [one, other] = await cluster.connected(2);
    for (const [i, member] of members(500).entries())
      other!.channels.join("arrakis", member, { user: `user ${i}` });
    await settled();
    let parts = 0;
    cluster.hub.copies = ({ payload }) => {
      if (payload[2] === 7) parts++;
      expect(payload.length).toBeLessThanOrEqual(1000);
      return 1;
    };
    const { members: all, silent } = await one!.channels.cluster.members("arrakis");
    expect(silent).toEqual([]);
    expect(all.map(({ meta }) => meta)).toEqual(
      Array.from({ length: 500 }, (_, i) => ({ user: `user ${i}` })),
    );
    expect(parts).toBeGreaterThan(10);
  });

  test("of which a part is lost: the rest is told, and the node is among the silent", async () => {
    cluster = new TestCluster({ maxPayload: 1000 });
    const [one, other] = await cluster.connected(2);
    for (const [i, member] of members(100).entries())
      other!.channels.join("arrakis", member, { user: `user ${i}` });
    await settled();
    let parts = 0;
    cluster.hub.copies = ({ payload }) => {
      if (payload[2] !== 7) return 1;
      parts++;
      // The first is lost, the second comes twice.
      return parts === 1 ? 0 : parts === 2 ? 2 : 1;
    };
    const asked = one!.channels.cluster.members("arrakis");
    await cluster.clock.pass(1000);
    const { members: some, silent } = await asked;
    expect(silent).toEqual([nodeOf(other!)]);
    expect(some.length).toBeGreaterThan(50);
    expect(some.length).toBeLessThan(100);
    expect(new Set(some.map(({ meta }) => JSON.stringify(meta))).size).toBe(some.length);
  });
});

test("meta that is not JSON is undefined on other nodes, and itself on its own", async () => {
  const [one, other] = await cluster.connected(2);
  const loop: { self?: unknown } = {};
  loop.self = loop;
  for (const meta of [loop, 5n, () => {}, Symbol("a"), undefined, null]) {
    other!.channels.join("arrakis", new FakeMember(), meta);
  }
  await settled();
  const there = await one!.channels.cluster.members("arrakis");
  expect(there.members.map(({ meta }) => meta)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    null,
  ]);
  const here = await other!.channels.cluster.members("arrakis");
  expect(here.members[0]!.meta).toBe(loop);
});

test("without a bus this process is all there is", async () => {
  const channels = new Channels({ presence: { key: (_member, meta) => meta } });
  for (const [i, member] of members(3).entries()) channels.join("arrakis", member, i % 2);
  expect(await channels.cluster.size("arrakis")).toEqual({ size: 3, silent: [] });
  expect(await channels.cluster.members("arrakis")).toEqual({
    members: [0, 1, 0].map((meta) => ({ node: "", meta })),
    silent: [],
  });
  expect(await channels.cluster.presence("arrakis")).toEqual({
    presence: channels.presence("arrakis"),
    silent: [],
  });
  expect(channels.health()).toEqual({ bus: "none", error: undefined, node: undefined, nodes: [] });
  expect(channels.stats()).toMatchObject({ channels: 1, published: 0, lost: 0 });
  await channels.ready;
  await channels.close();
});

test.each([5, 1n, Symbol("a"), undefined, "\ud800"])("a question about %s is no question", async (id) => {
  const cluster = new TestCluster();
  const [one, other] = await cluster.connected(2);
  await expect(one!.channels.cluster.size(id as string)).rejects.toThrow(TypeError);
  expect(other!.channels.stats().foreign).toBe(0);
  await cluster.end();
});
