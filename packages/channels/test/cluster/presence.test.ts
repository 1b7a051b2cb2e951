import { describe, expect, test } from "vitest";
import { FakeMember } from "../support/fake-member.ts";
import { Cluster, type Node } from "../support/people.ts";
import { settled } from "../support/test-clock.ts";

async function enter({ channels }: Node, user: string, mood?: string): Promise<FakeMember> {
  const member = new FakeMember(user);
  await channels.join("a", member, mood === undefined ? { user } : { user, mood }).done;
  // A question, and the answer.
  await settled();
  await settled();
  return member;
}

const shown = ({ channels }: Node, id = "a") =>
  channels
    .presence(id)
    .map(({ key, connections }) => `${key}${connections}`)
    .sort();

describe("presence across nodes", () => {
  test("shows the people of all nodes on all nodes, with meta, whoever came first", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul", "calm");
    await enter(other!, "jessica");
    const people = [
      { key: "paul", meta: { user: "paul", mood: "calm" }, connections: 1 },
      { key: "jessica", meta: { user: "jessica" }, connections: 1 },
    ];
    expect(one!.channels.presence("a")).toEqual(people);
    expect(other!.channels.presence("a")).toEqual([people[1], people[0]]);
    expect([one!.lines().sort(), other!.lines().sort()]).toEqual([
      ["a+jessica", "a+paul"],
      ["a+jessica", "a+paul"],
    ]);
    await cluster.end();
  });

  test("counts connections on several nodes as one person, who leaves with the last of them", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    const phone = await enter(one!, "paul");
    await enter(one!, "watcher");
    const laptop = await enter(other!, "paul");
    await enter(other!, "watcher");
    expect([shown(one!), shown(other!)]).toEqual(Array(2).fill(["paul2", "watcher2"]));
    for (const node of [one!, other!]) node.lines();
    phone.close();
    await settled();
    expect([shown(one!), shown(other!)]).toEqual(Array(2).fill(["paul1", "watcher2"]));
    expect([one!.lines().sort(), other!.lines().sort()]).toEqual([[], []]);
    laptop.close();
    await settled();
    expect([one!.lines().sort(), other!.lines().sort()]).toEqual([["a-paul"], ["a-paul"]]);
    await cluster.end();
  });

  test("shows the meta of the oldest connection, until one is replaced: the same everywhere", async () => {
    const cluster = new Cluster();
    const [one, other, third] = await cluster.several(3);
    await enter(one!, "paul", "old");
    await cluster.clock.pass(10);
    const laptop = await enter(other!, "paul", "young");
    for (const node of [other!, third!]) await enter(node, "watcher");
    const moods = () =>
      [one!, other!, third!].map(
        ({ channels }) => channels.presence("a").find(({ key }) => key === "paul")?.meta.mood,
      );
    expect(moods()).toEqual(["old", "old", "old"]);
    for (const node of [one!, other!, third!]) node.lines();
    other!.channels.join("a", laptop, { user: "paul", mood: "new" }, { replace: true });
    await settled();
    expect(moods()).toEqual(["new", "new", "new"]);
    expect(third!.lines()).toEqual(["a~paul new"]);
    laptop.close();
    await settled();
    expect(moods()).toEqual(["old", "old", "old"]);
    await cluster.end();
  });

  test("is of channels that this node has members of, hidden ones too", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul");
    expect(shown(other!)).toEqual([]);
    const ghost = await enter(other!, "ghost");
    expect([shown(one!), shown(other!)]).toEqual([["paul1"], ["paul1"]]);
    ghost.close();
    await settled();
    expect([shown(other!), other!.lines().sort()]).toEqual([[], ["a+paul", "a-paul"]]);
    await enter(other!, "jessica");
    expect(shown(other!)).toEqual(["jessica1", "paul1"]);
    await cluster.end();
  });

  test("tells 1,000 who come in one turn in one message, and in one diff", async () => {
    const cluster = new Cluster();
    let published = 0;
    const diffs: number[] = [];
    const [one] = await cluster.several(1);
    const other = await cluster.start({
      presence: { key: (_, { user }) => user, onChange: (_, { joined }) => void diffs.push(joined.length) },
    });
    await enter(other, "watcher");
    await enter(one!, "first");
    cluster.hub.copies = () => {
      published++;
      return 1;
    };
    diffs.length = 0;
    for (let i = 0; i < 1000; i++) one!.channels.join("a", new FakeMember(), { user: `${i}` });
    await settled();
    expect(shown(other)).toHaveLength(1002);
    expect(diffs).toEqual([1000]);
    // One for each of the two that hear the channel.
    expect(published).toBe(2);
    await cluster.end();
  });

  test.each([1500, 20_000])(
    "brings 1,000 to who comes later, in parts of at most %i bytes",
    async (maxPayload) => {
      const cluster = new Cluster(maxPayload);
      const [one, other] = await cluster.several(2);
      for (let i = 0; i < 1000; i++) {
        one!.channels.join("a", new FakeMember(), { user: `${i}`, mood: "x".repeat(100) });
      }
      await settled();
      await enter(other!, "watcher");
      await cluster.clock.pass(20_000);
      expect(shown(other!)).toEqual(shown(one!));
      expect(shown(other!)).toHaveLength(1001);
      expect(other!.lines()).toHaveLength(1001);
      await cluster.end();
    },
  );

  test("hides who is too long for the bus from other nodes, and says so", async () => {
    const cluster = new Cluster(1000);
    const [one, other] = await cluster.several(2);
    await enter(other!, "watcher");
    await enter(one!, "paul", "x".repeat(2000));
    await enter(one!, "jessica");
    expect([shown(one!), shown(other!)]).toEqual([
      ["jessica1", "paul1", "watcher1"],
      ["jessica1", "watcher1"],
    ]);
    expect(one!.errors.splice(0)).toEqual([expect.any(RangeError)]);
    await cluster.end();
  });
});

describe("the people of a node", () => {
  test("that was killed are gone within the ttl, told once", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul");
    await enter(other!, "jessica");
    await enter(other!, "paul");
    one!.lines();
    other!.bus.cut();
    await cluster.clock.pass(15_000);
    expect([shown(one!), one!.lines().sort()]).toEqual([["paul1"], ["a-jessica"]]);
    await cluster.clock.pass(60_000);
    expect(one!.lines()).toEqual([]);
    await cluster.end();
  });

  test("that closes are gone at once", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul");
    await enter(other!, "jessica");
    one!.lines();
    await other!.channels.close();
    await settled();
    expect([shown(one!), one!.lines().sort()]).toEqual([["paul1"], ["a-jessica"]]);
    expect(shown(other!)).toEqual(["jessica1"]);
    await cluster.end();
  });

  test("that starts again are counted once when it is known to have gone", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "watcher");
    await enter(other!, "jessica");
    other!.bus.cut();
    const again = await cluster.start();
    await enter(again, "jessica");
    await cluster.clock.pass(15_000);
    expect([shown(one!), shown(again)]).toEqual(Array(2).fill(["jessica1", "watcher1"]));
    expect(one!.lines().filter((line) => line.includes("jessica"))).toEqual(["a+jessica"]);
    await cluster.end();
  });

  test("behind a partition go and come back with it, and nobody is told twice", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul");
    const jessica = await enter(other!, "jessica");
    for (const node of [one!, other!]) node.lines();
    other!.bus.cut();
    await cluster.clock.pass(20_000);
    expect([one!.lines().sort(), other!.lines().sort()]).toEqual([["a-jessica"], []]);
    other!.channels.join("a", jessica, { user: "jessica", mood: "cut off" }, { replace: true });
    await enter(one!, "leto");
    other!.bus.mend();
    await cluster.clock.pass(5000);
    expect([shown(one!), shown(other!)]).toEqual(Array(2).fill(["jessica1", "leto1", "paul1"]));
    expect(one!.lines().sort()).toEqual(["a+jessica", "a+leto"]);
    expect(other!.lines().sort()).toEqual(["a+leto", "a~jessica cut off"]);
    await cluster.end();
  });

  test("are right again at once after a short outage, in which some came and went", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    const paul = await enter(one!, "paul");
    await enter(one!, "watcher");
    await enter(other!, "jessica");
    for (const node of [one!, other!]) node.lines();
    cluster.hub.stop();
    paul.close();
    one!.channels.join("a", new FakeMember(), { user: "leto" });
    await cluster.clock.pass(3000);
    cluster.hub.start();
    await settled();
    await settled();
    expect([shown(one!), shown(other!)]).toEqual(Array(2).fill(["jessica1", "leto1", "watcher1"]));
    expect(other!.lines().sort()).toEqual(["a+leto", "a-paul"]);
    await cluster.end();
  });

  test("are asked for when a change was lost, as soon as that shows", async () => {
    const cluster = new Cluster();
    const [one, other] = await cluster.several(2);
    await enter(one!, "paul");
    await enter(other!, "watcher");
    cluster.hub.copies = () => 0;
    await enter(one!, "lost");
    cluster.hub.copies = () => 1;
    await enter(one!, "behind");
    await settled();
    expect(shown(other!)).toEqual(["behind1", "lost1", "paul1", "watcher1"]);
    cluster.hub.copies = () => 0;
    await enter(one!, "last");
    cluster.hub.copies = () => 1;
    await cluster.clock.pass(5000);
    expect(shown(other!)).toContain("last1");
    await cluster.end();
  });

  test("are not more than the limits allow; there is room for others when some have gone", async () => {
    const cluster = new Cluster();
    const one = await cluster.start();
    const other = await cluster.start({ limits: { channelPeople: 2 } });
    const all = [await enter(one, "1"), await enter(one, "2"), await enter(one, "3")];
    await enter(other, "watcher");
    expect(shown(other)).toEqual(["11", "21", "watcher1"]);
    all[0]!.close();
    await cluster.clock.pass(10_000);
    expect(shown(other)).toEqual(["21", "31", "watcher1"]);
    await cluster.end();
  });
});

describe("what a stranger says of people", () => {
  test.each([
    ["no JSON", "{"],
    ["another thing", '{"a":1}'],
    ["an unknown type", '["gossip",1]'],
    ["a version that is not a number", '["delta",0,"1",[]]'],
    ["a negative version", '["delta",-1,1,[]]'],
    ["a key that is not a string", '["delta",0,1,[[1,1,1,0]]]'],
    ["no connections", '["delta",0,1,[["x",0,1,0]]]'],
    ["meta with a prototype", '["delta",0,1,[["x",1,1,0,{"__proto__":{}}]]]'],
    ["meta with a prototype, escaped", '["delta",0,1,[["x",1,1,0,{"\\u005f_proto__":{}}]]]'],
    ["a snapshot on a channel", '["snapshot","a",1,0,1,[]]'],
  ])("is counted as foreign and ignored when it is %s", async (_, body) => {
    const cluster = new Cluster();
    const node = await cluster.start();
    await enter(node, "paul");
    const stranger = cluster.hub.bus();
    await stranger.open({ message() {}, up() {}, down() {} });
    const header = [0xe5, 1, 8, ...Array(16).fill(7), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const payload = Buffer.concat([Uint8Array.from(header), Buffer.from(body)]);
    await stranger.publish("cYQ", payload);
    await settled();
    expect(node.channels.stats().foreign).toBe(1);
    expect(shown(node)).toEqual(["paul1"]);
    await stranger.close();
    await cluster.end();
  });

  test("shows nobody before the node is known, and not after it has gone", async () => {
    const cluster = new Cluster();
    const node = await cluster.start();
    await enter(node, "paul");
    const stranger = cluster.hub.bus();
    await stranger.open({ message() {}, up() {}, down() {} });
    const say = async (topic: string, kind: number, sequence: number, body: string | Uint8Array) => {
      const round = kind === 8 ? 1 : 0;
      const place = [0, 0, 0, round, 0, 0, 0, 0, 0, 0, 0, 0, 0, sequence];
      const header = Uint8Array.from([0xe5, 1, kind, ...Array(16).fill(7), ...place]);
      await stranger.publish(topic, Buffer.concat([header, Buffer.from(body)]));
      await settled();
    };
    await say("cYQ", 8, 1, '["delta",0,1,[["x",1,1,0]]]');
    expect(shown(node)).toEqual(["paul1"]);
    await say("n", 4, 0, Uint8Array.of(0));
    await say("cYQ", 8, 2, '["delta",0,2,[["x",1,1,0]]]');
    expect(shown(node)).toEqual(["paul1", "x1"]);
    await say("n", 5, 0, "");
    await say("cYQ", 8, 3, '["delta",0,3,[["y",1,1,0]]]');
    expect(shown(node)).toEqual(["paul1"]);
    await stranger.close();
    await cluster.end();
  });
});

test("people of a node with wider limits are shown without the meta that is too long here, and not by a key that is", async () => {
  const cluster = new Cluster();
  const wide = await cluster.start({ limits: { metaBytes: 8000, keyBytes: 300 } });
  const node = await cluster.start();
  await enter(node, "paul");
  for (const user of ["jessica", "x".repeat(201)]) await enter(wide, user);
  await enter(wide, "chani", "x".repeat(4096));
  expect(shown(node)).toEqual(["chani1", "jessica1", "paul1"]);
  expect(node.channels.presence("a").find(({ key }) => key === "chani")?.meta).toBeUndefined();
  expect(node.channels.stats().foreign).toBe(0);
  await cluster.end();
});

test.each<[string, (meta: object) => void]>([
  ["that is not JSON any more", (meta) => Object.assign(meta, { meta })],
  ["with a prototype", (meta) => Object.defineProperty(meta, "__proto__", { value: {}, enumerable: true })],
])("meta %s hides its member from other nodes, and nobody else", async (_, change) => {
  const errors: unknown[] = [];
  const cluster = new Cluster();
  const node = await cluster.start({ onError: (error) => void errors.push(error) });
  const other = await cluster.start();
  await enter(other, "paul");
  const early = { user: "early" };
  const late = { user: "late" };
  node.channels.join("a", new FakeMember(), late);
  await settled();
  node.channels.join("a", new FakeMember(), early);
  node.channels.join("a", new FakeMember(), { user: "jessica" });
  change(early);
  change(late);
  await settled();
  expect(shown(other)).toEqual(["jessica1", "late1", "paul1"]);
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining("early") })]);
  const third = await cluster.start();
  await enter(third, "chani");
  expect(shown(third)).toEqual(["chani1", "jessica1", "paul1"]);
  expect([other, third].map(({ channels }) => channels.stats().foreign)).toEqual([0, 0]);
  const asked = third.channels.cluster.members("a");
  await cluster.clock.pass(1000);
  expect(await asked).toMatchObject({ silent: [] });
  await cluster.end();
});

test("an onError that throws ends nothing", async () => {
  const cluster = new Cluster();
  const node = await cluster.start({
    onError: () => {
      throw new Error("nobody to tell");
    },
  });
  const meta = { user: "paul" };
  node.channels.join("a", new FakeMember(), meta);
  Object.assign(meta, { meta });
  await settled();
  expect(shown(node)).toEqual(["paul1"]);
  await cluster.end();
});

test("a key that other nodes could not compare, or that is too long, is refused at join", async () => {
  const cluster = new Cluster();
  const node = await cluster.start({ presence: { key: (_, { user }) => (user === "1" ? 1 : user) } });
  const join = (user: string) => node.channels.join("a", new FakeMember(), { user });
  expect(() => join("1")).toThrow(TypeError);
  expect(() => join("\ud800")).toThrow(TypeError);
  expect(() => join("x".repeat(201))).toThrow(RangeError);
  expect(shown(node)).toEqual([]);
  await cluster.end();
});

test("3,000 channels opened in one turn, and more than the bus takes at a time, are right within some heartbeats", async () => {
  const cluster = new Cluster();
  const nodes = await cluster.several(2);
  for (const [i, { channels }] of nodes.entries()) {
    for (let n = 0; n < 3000; n++) {
      if (n % 100 === 0) channels.join(`${n}`, new FakeMember(), { user: "watcher" });
      else channels.join(`${n}`, new FakeMember(), { user: `user ${i}` });
    }
  }
  await cluster.clock.pass(20_000);
  for (const node of nodes) {
    for (let n = 0; n < 3000; n++) {
      expect(shown(node, `${n}`)).toEqual(n % 100 === 0 ? ["watcher2"] : ["user 01", "user 11"]);
    }
  }
  await cluster.end();
});
