import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { binary, text } from "../../src/index.ts";
import { TestCluster } from "../support/cluster.ts";
import { FakeMember, members } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

test("what is broadcast on one node reaches own members at once, and those of other nodes", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  one!.channels.join("arrakis", paul);
  await other!.channels.join("arrakis", jessica).done;
  const result = one!.channels.broadcast("arrakis", "hello");
  expect(paul.got).toEqual(["hello"]);
  expect(result).toMatchObject({ sent: 1, pending: 0 });
  expect(await result.published).toEqual({ ok: true });
  await settled();
  expect(jessica.got).toEqual(["hello"]);
  expect(paul.got).toEqual(["hello"]);
  expect(one!.channels.stats()).toMatchObject({
    published: 1,
    unpublished: 0,
    received: 0,
    lost: 0,
    foreign: 0,
  });
  expect(other!.channels.stats()).toMatchObject({ published: 0, received: 1, duplicates: 0 });
});

test("text, binary and prepared messages come as what they are, framed once for all members of a node", async () => {
  const [one, other] = await cluster.connected(2);
  const [a, b] = members(2);
  await other!.channels.join("arrakis", a!).done;
  other!.channels.join("arrakis", b!);
  const messages = [
    "žluť",
    Uint8Array.of(1, 2),
    text("prepared"),
    binary(Uint8Array.of(255)),
    "",
    new Uint8Array(0),
  ];
  for (const message of messages) one!.channels.broadcast("arrakis", message);
  await settled();
  expect(a!.got).toEqual(["žluť", "0102", "prepared", "ff", "", ""]);
  expect(a!.messages.map(({ type }) => type)).toEqual(["text", "binary", "text", "binary", "text", "binary"]);
  expect(a!.messages.every((message, i) => message === b!.messages[i])).toBe(true);
});

test("order of one node in one channel (G1): also what members broadcast when they are given a message, and in slices", async () => {
  const [one, other] = await cluster.connected(2, { shards: () => 4 });
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  one!.channels.join("arrakis", paul);
  await other!.channels.join("arrakis", jessica).done;
  paul.reaction = (data) => {
    if (data === "first") one!.channels.broadcast("arrakis", "answer");
  };
  for (const each of ["first", "second", "third"]) one!.channels.broadcast("arrakis", each);
  await settled();
  await settled();
  expect(jessica.got.filter((each) => each !== "answer")).toEqual(["first", "second", "third"]);
  expect(jessica.got).toContain("answer");
  expect(jessica.got.length).toBe(4);
});

test("a member that answers within a broadcast is heard behind it, on other nodes as here", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica, third] = members(3);
  one!.channels.join("arrakis", paul!);
  one!.channels.join("arrakis", third!);
  await other!.channels.join("arrakis", jessica!).done;
  paul!.reaction = (data) => {
    if (data === "question") one!.channels.broadcast("arrakis", "answer");
  };
  one!.channels.broadcast("arrakis", "question");
  await settled();
  expect(third!.got).toEqual(["question", "answer"]);
  expect(jessica!.got).toEqual(["question", "answer"]);
});

test("the sender gets its own message once, or not at all if it is excepted (G5)", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  await one!.channels.join("arrakis", paul).done;
  await other!.channels.join("arrakis", jessica).done;
  one!.channels.broadcast("arrakis", "all");
  one!.channels.broadcast("arrakis", "others", { except: paul });
  await settled();
  expect(paul.got).toEqual(["all"]);
  expect(jessica.got).toEqual(["all", "others"]);
});

test("when done has resolved the member gets what anybody sends (G8); who left gets nothing more (G7)", async () => {
  const [one, other] = await cluster.connected(2);
  for (let i = 0; i < 500; i++) {
    const member = new FakeMember();
    const result = other!.channels.join(`room ${i}`, member);
    expect(await result.done).toBe(result);
    one!.channels.broadcast(`room ${i}`, "at once");
    await settled();
    expect(member.got).toEqual(["at once"]);
    one!.channels.broadcast(`room ${i}`, "on its way");
    other!.channels.leave(`room ${i}`, member);
    await settled();
    expect(member.got).toEqual(["at once"]);
  }
  expect(other!.channels.stats()).toMatchObject({ channels: 0, foreign: 0, lost: 0 });
});

test("who is there when a message arrives gets it (G6): who came before, not who comes while it is served", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, late] = members(2);
  await other!.channels.join("arrakis", paul!).done;
  paul!.reaction = () => void other!.channels.join("arrakis", late!);
  one!.channels.broadcast("arrakis", "hello");
  await settled();
  expect(paul!.got).toEqual(["hello"]);
  expect(late!.got).toEqual([]);
});

test("a member that throws or is slow on one node holds up nobody (G11)", async () => {
  const [one, other] = await cluster.connected(2);
  const [bad, slow, good] = members(3);
  for (const member of [bad!, slow!, good!]) other!.channels.join("arrakis", member);
  await settled();
  bad!.reaction = () => {
    throw new Error("bad");
  };
  slow!.verdict = "dropped";
  one!.channels.broadcast("arrakis", "hello");
  await settled();
  expect(good!.got).toEqual(["hello"]);
  expect(other!.errors).toEqual([new Error("bad")]);
});

test("a broadcast may stay on its node: then it may have a filter, which cannot be asked elsewhere", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = members(2);
  one!.channels.join("arrakis", paul!);
  await other!.channels.join("arrakis", jessica!).done;
  expect(() => one!.channels.broadcast("arrakis", "x", { filter: () => true })).toThrow(
    new TypeError("A filter cannot be asked by other nodes: it needs local: true"),
  );
  const local = one!.channels.broadcast("arrakis", "here", { filter: () => true, local: true });
  expect(await local.published).toEqual({ ok: true });
  await settled();
  expect(paul!.got).toEqual(["here"]);
  expect(jessica!.got).toEqual([]);
  expect(one!.channels.stats().published).toBe(0);
});

test("a broadcast from a node that has no members there goes to those that have", async () => {
  const [one, other] = await cluster.connected(2);
  const jessica = new FakeMember();
  await other!.channels.join("arrakis", jessica).done;
  const result = one!.channels.broadcast("arrakis", "hello");
  expect(result).toMatchObject({ sent: 0, pending: 0 });
  await settled();
  expect(jessica.got).toEqual(["hello"]);
});

test("channels of hostile names are channels like others", async () => {
  const [one, other] = await cluster.connected(2);
  const names = [
    "*",
    ">",
    "room.*",
    "a b",
    "\r\n",
    "\u0000",
    "__proto__",
    "n",
    "n-",
    "é",
    "e\u0301",
    "$SYS.>",
    "",
  ];
  const all = new Map(names.map((name) => [name, new FakeMember(name)]));
  for (const [name, member] of all) other!.channels.join(name, member);
  await settled();
  for (const name of names) one!.channels.broadcast(name, `to ${name}`);
  await settled();
  for (const [name, { got }] of all) expect(got).toEqual([`to ${name}`]);
});

describe("what cannot be shared is refused at the call", () => {
  test.each([[1], [undefined], [Symbol("a")], [{}], ["a\ud800"], ["\udc00"]])(
    "a channel called %o",
    async (id) => {
      const [one] = await cluster.connected(1);
      const fault = new TypeError("With a bus the id of a channel is a string without lone surrogates");
      expect(() => one!.channels.join(id, new FakeMember())).toThrow(fault);
      expect(() => one!.channels.broadcast(id, "hello")).toThrow(fault);
      expect([...one!.channels.ids()]).toEqual([]);
    },
  );

  test("a name that is too long: a RangeError; longer ones can be allowed", async () => {
    const [one] = await cluster.connected(1);
    expect(() => one!.channels.join("x".repeat(201), new FakeMember())).toThrow(RangeError);
    const [free, other] = await cluster.connected(2, { limits: { idBytes: Number.POSITIVE_INFINITY } });
    const long = "x".repeat(100_000);
    const member = new FakeMember();
    await free!.channels.join(long, member).done;
    other!.channels.broadcast(long, "hello");
    other!.channels.broadcast(`${long}x`, "wrong");
    await settled();
    expect(member.got).toEqual(["hello"]);
  });

  test.each([[5], [{}], ["\ud800"]])("the key %o of presence", async (key) => {
    const [one] = await cluster.connected(1, { presence: { key: () => key } });
    expect(() => one!.channels.join("arrakis", new FakeMember())).toThrow(
      new TypeError("With a bus the key of presence is a string without lone surrogates, or undefined"),
    );
    expect(one!.channels.size("arrakis")).toBe(0);
  });

  test("meta that is shown and cannot be JSON, or is too long", async () => {
    const [one] = await cluster.connected(1, { presence: { key: () => "paul" } });
    const { channels } = one!;
    expect(() => channels.join("arrakis", new FakeMember(), () => {})).toThrow(TypeError);
    expect(() => channels.join("arrakis", new FakeMember(), 5n)).toThrow(TypeError);
    expect(() => channels.join("arrakis", new FakeMember(), "x".repeat(5000))).toThrow(RangeError);
    expect(channels.size("arrakis")).toBe(0);
  });
});

test("a message larger than the bus takes reaches own members; the result says why not the others, and no number is used up", async () => {
  cluster = new TestCluster({ maxPayload: 1000 });
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = members(2);
  one!.channels.join("arrakis", paul!);
  await other!.channels.join("arrakis", jessica!).done;
  const published = await one!.channels.broadcast("arrakis", new Uint8Array(968)).published;
  expect(published).toMatchObject({ ok: false, error: { name: "BusError", code: "too-large" } });
  expect((await one!.channels.broadcast("arrakis", new Uint8Array(967)).published).ok).toBe(true);
  await settled();
  expect(paul!.got.length).toBe(2);
  expect(jessica!.got.length).toBe(1);
  expect(one!.channels.stats()).toMatchObject({ published: 1, unpublished: 1 });
  expect(other!.gaps).toEqual([]);
});

test("messages of other nodes keep to the bounds of what may wait in a channel: more is dropped, and counted", async () => {
  const [one] = await cluster.connected(1);
  const [slow] = await cluster.connected(1, { shards: () => 1000, limits: { backlogBroadcasts: 3 } });
  const all = members(2000);
  for (const member of all) slow!.channels.join("arrakis", member);
  await settled();
  for (let i = 0; i < 10; i++) one!.channels.broadcast("arrakis", `${i}`);
  await settled();
  expect(slow!.channels.stats()).toMatchObject({ received: 10, dropped: 7, lost: 0 });
  while (all.at(-1)!.got.length < 3) await settled();
  expect(all.at(-1)!.got).toEqual(["0", "1", "2"]);
});

test("shards that are no number: the error is reported, and the channel is served at once", async () => {
  const [one] = await cluster.connected(1);
  const [bad] = await cluster.connected(1, { shards: () => 0 });
  const member = new FakeMember();
  await bad!.channels.join("arrakis", member).done;
  one!.channels.broadcast("arrakis", "hello");
  await settled();
  expect(member.got).toEqual(["hello"]);
  expect(bad!.errors).toEqual([new RangeError("shards must return a whole number from 1 on")]);
});
