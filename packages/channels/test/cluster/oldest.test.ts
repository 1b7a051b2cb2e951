import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BusLog } from "../../src/index.ts";
import { TestCluster, type TestNode } from "../support/cluster.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
/** Readings of the log of any bus. */
let readings: unknown[];
beforeEach(() => {
  cluster = new TestCluster({ patience: Number.POSITIVE_INFINITY });
  readings = [];
});
afterEach(() => cluster.end());

async function nodes(number: number, count = 5): Promise<TestNode[]> {
  const history = () => ({
    count,
    stamp: (data: unknown, { offset }: { offset: number }) => `${offset} ${data}`,
  });
  const all = Array.from({ length: number }, () => cluster.start({ history }));
  for (const { bus } of all) {
    const { read } = bus.log!;
    const counted: BusLog["read"] = (topic, after, bounds) => {
      readings.push(after);
      return read(topic, after, bounds);
    };
    Object.assign(bus.log!, { read: counted });
  }
  await Promise.all(all.map(({ channels }) => channels.ready));
  return all;
}

function enter({ channels }: TestNode) {
  const member = new FakeMember();
  return { member, result: channels.join("a", member, undefined, { since: "oldest" }) };
}

async function say({ channels }: TestNode, count: number, from = 1): Promise<void> {
  for (let i = from; i < from + count; i++) await channels.broadcast("a", `m${i}`).published;
}

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i} m${from + i}`);

describe("a join since the oldest, with a bus", () => {
  test.each([
    [0, 5],
    [3, 5],
    [5, 5],
    [8, 5],
    [8, 1],
  ])("of %i messages replays all of the last %i, on a node that has none of them", async (said, count) => {
    const [one, other] = await nodes(2, count);
    await say(one!, said);
    const { member, result } = enter(other!);
    expect([result.status, result.recovered]).toEqual(["joined", undefined]);
    await result.done;
    const left = Math.min(said, count);
    expect(result).toMatchObject({ recovered: true, replayed: left, position: { offset: said } });
    await say(one!, 1, said + 1);
    await settled();
    expect(member.got).toEqual(lines(said - left + 1, said + 1));
  });

  test("on a node that has members: those after the first are answered without the log, at once", async () => {
    const [one, other] = await nodes(2);
    await say(one!, 8);
    await other!.channels.join("a", new FakeMember()).done;
    await say(one!, 2, 9);
    await settled();
    const first = enter(other!);
    await first.result.done;
    expect(first.member.got).toEqual(lines(6, 10));
    const before = readings.length;
    const second = enter(other!);
    expect(second.result).toMatchObject({ recovered: true, replayed: 5, position: { offset: 10 } });
    expect(second.member.got).toEqual(lines(6, 10));
    await say(one!, 1, 11);
    await settled();
    const third = enter(other!);
    expect(third.member.got).toEqual(lines(7, 11));
    expect(readings.length).toBe(before);
  });

  test("gets what is broadcast while the log is read behind that, and nothing twice", async () => {
    const [one, other] = await nodes(2);
    await say(one!, 3);
    await other!.channels.join("a", new FakeMember()).done;
    const { member, result } = enter(other!);
    await say(one!, 2, 4);
    await result.done;
    await settled();
    expect(result.recovered).toBe(true);
    expect(member.got).toEqual(lines(1, 5));
  });

  test("many who come together have the log read once", async () => {
    const [one, other] = await nodes(2);
    await say(one!, 8);
    await other!.channels.join("a", new FakeMember()).done;
    readings = [];
    const all = Array.from({ length: 100 }, () => enter(other!));
    await Promise.all(all.map(({ result }) => result.done));
    for (const { member } of all) expect(member.got).toEqual(lines(4, 8));
    expect(readings).toEqual(["oldest"]);
  });

  test("while the engine is gone replays nothing, and says so, unless this node has it all", async () => {
    const [one, other] = await nodes(2);
    await one!.channels.join("a", new FakeMember()).done;
    await say(one!, 3);
    await other!.channels.join("a", new FakeMember()).done;
    cluster.hub.stop();
    const whole = enter(one!);
    expect(whole.result).toMatchObject({ recovered: true, replayed: 3 });
    expect(whole.member.got).toEqual(lines(1, 3));
    const empty = enter(other!);
    expect(empty.result).toMatchObject({ recovered: false, replayed: 0 });
    expect(empty.member.got).toEqual([]);
  });

  test("what the members of a node were given without the log is not in it, and hinders nobody", async () => {
    const [one] = await nodes(1);
    await one!.channels.join("a", new FakeMember()).done;
    await say(one!, 2);
    cluster.hub.stop();
    one!.channels.broadcast("a", "without");
    cluster.hub.start();
    await settled();
    const { member, result } = enter(one!);
    await result.done;
    expect([result.recovered, member.got]).toEqual([true, lines(1, 2)]);
  });

  test("of a log that was lost replays the new one", async () => {
    const [one, other] = await nodes(2);
    await one!.channels.join("a", new FakeMember()).done;
    await say(one!, 3);
    cluster.hub.forget();
    await other!.channels.broadcast("a", "new").published;
    await cluster.clock.pass(100);
    const { member, result } = enter(one!);
    await result.done;
    expect([result.recovered, member.got]).toEqual([true, ["1 new"]]);
  });

  test("from a bus whose log does not know of it is not recovered", async () => {
    const [one, other] = await nodes(2);
    await say(one!, 3);
    const { read } = other!.bus.log!;
    const older: BusLog["read"] = (topic, after, bounds) =>
      read(topic, after === "oldest" ? undefined : after, bounds);
    Object.assign(other!.bus.log!, { read: older });
    const { member, result } = enter(other!);
    await result.done;
    expect([result.recovered, member.got]).toEqual([false, []]);
  });

  test("on a node that has lost more than the log keeps replays what the log keeps, not what the node had", async () => {
    const { other } = await behind();
    const { member, result } = enter(other);
    await result.done;
    expect(result).toMatchObject({ recovered: true, position: { offset: 13 } });
    expect(member.got).toEqual(lines(9, 13));
  });
});

/** A node with the messages 1 to 3 that has lost the next ten, of which the log keeps the last 5. */
async function behind(): Promise<{ other: TestNode }> {
  const [one, other] = await nodes(2);
  await other!.channels.join("a", new FakeMember()).done;
  await say(one!, 3);
  await settled();
  other!.bus.cut();
  await say(one!, 10, 4);
  other!.bus.mend();
  await settled();
  expect(other!.gaps).toEqual(["a 10"]);
  return { other: other! };
}

test("who was where a node was that has lost more than the log keeps is not recovered", async () => {
  const { other } = await behind();
  const { position } = await other.channels.join("a", new FakeMember()).done;
  const back = new FakeMember();
  const since = { ...position!, offset: 2 };
  const { recovered } = await other.channels.join("a", back, undefined, { since }).done;
  expect([recovered, back.got]).toEqual([false, []]);
});
