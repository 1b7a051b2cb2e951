import { describe, expect, test } from "vitest";
import { type BroadcastResult, Channels } from "../src/index.ts";
import { FakeMember, members, turn } from "./support/fake-member.ts";

type Room = { channels: Channels<unknown, FakeMember>; all: FakeMember[] };

function room(count: number, shards: number, options = {}): Room {
  const channels = new Channels<unknown, FakeMember>({ shards: () => shards, ...options });
  const all = members(count);
  for (const member of all) channels.join("a", member);
  return { channels, all };
}

const served = (all: FakeMember[]) => all.filter(({ got }) => got.length > 0).length;

describe("a channel with shards", () => {
  test("is served a slice of its members a turn, in the order of their joins", async () => {
    const { channels, all } = room(10, 4);
    const result = channels.broadcast("a", "x");
    const steps = [[served(all), result.sent, result.pending]];
    while (result.pending > 0) {
      await turn();
      steps.push([served(all), result.sent, result.pending]);
      expect(all.map(({ got }) => got.length)).toEqual([...all].map((_, i) => (i < result.sent ? 1 : 0)));
    }
    expect(steps.slice(0, 4)).toEqual([
      [0, 0, 10],
      [3, 3, 7],
      [6, 6, 4],
      [9, 9, 1],
    ]);
    expect(steps.at(-1)).toEqual([10, 10, 0]);
  });

  test("with fewer members than shards is served one member a turn", async () => {
    const { channels, all } = room(2, 16);
    const { done } = channels.broadcast("a", "x");
    await turn();
    expect(served(all)).toBe(1);
    expect(await done).toMatchObject({ sent: 2, pending: 0 });
  });

  test("never has more than 500 members served a turn, however few the shards are", async () => {
    const { channels, all } = room(5000, 2);
    const { done } = channels.broadcast("a", "x");
    let before = 0;
    while (served(all) < 5000) {
      await turn();
      expect(served(all) - before).toBeLessThanOrEqual(500);
      before = served(all);
    }
    expect((await done).sent).toBe(5000);
  });

  test("has what is broadcast within a turn reach each member in one turn, in order", async () => {
    const { channels, all } = room(40, 4);
    const results = ["1", "2", "3"].map((data) => channels.broadcast("a", data));
    await turn();
    expect(all.map(({ got }) => got.length)).toEqual(all.map((_, i) => (i < 10 ? 3 : 0)));
    await Promise.all(results.map(({ done }) => done));
    expect(all.every(({ got }) => got.join() === "1,2,3")).toBe(true);
    expect(results.map(({ sent }) => sent)).toEqual([40, 40, 40]);
  });

  test("keeps the order when broadcasts overlap", async () => {
    const { channels, all } = room(50, 5);
    const results: BroadcastResult[] = [];
    for (let i = 0; i < 12; i++) {
      results.push(channels.broadcast("a", `${i}`));
      await turn();
    }
    await Promise.all(results.map(({ done }) => done));
    const expected = Array.from({ length: 12 }, (_, i) => `${i}`);
    expect(all.every(({ got }) => got.join() === expected.join())).toBe(true);
  });

  test("keeps the order when shards change between two broadcasts", async () => {
    let shards = 8;
    const { channels, all } = room(20, 8, { shards: () => shards });
    channels.broadcast("a", "sliced");
    shards = 1;
    const { done } = channels.broadcast("a", "at once");
    expect(served(all)).toBe(0);
    await done;
    expect(all.every(({ got }) => got.join() === "sliced,at once")).toBe(true);
    expect(channels.broadcast("a", "idle again")).toMatchObject({ sent: 20, pending: 0 });
  });

  test("serves members when it was called: joins during a broadcast do not, leaves no longer count", async () => {
    const { channels, all } = room(30, 3);
    const { done } = channels.broadcast("a", "x");
    const late = new FakeMember("late");
    channels.join("a", late);
    channels.leave("a", all[0]!);
    await turn();
    channels.leave("a", all[1]!);
    channels.leave("a", all[15]!);
    channels.join("a", all[15]!);
    all[25]!.close();
    expect(await done).toMatchObject({ sent: 27, closed: 0, pending: 0 });
    expect(late.got).toEqual([]);
    expect(all.flatMap(({ got }, i) => (got.length === 0 ? [i] : []))).toEqual([0, 15, 25]);
  });

  test("has nothing for a member that came between two broadcasts of one round but the second", async () => {
    const { channels } = room(5, 2);
    channels.broadcast("a", "1");
    const late = new FakeMember();
    channels.join("a", late);
    await channels.broadcast("a", "2").done;
    expect(late.got).toEqual(["2"]);
  });

  test("ends a broadcast though more and more members join", async () => {
    const { channels } = room(8, 4);
    const result = channels.broadcast("a", "x");
    for (let i = 0; i < 8; i++) {
      for (const member of members(50)) channels.join("a", member);
      await turn();
    }
    expect(result).toMatchObject({ sent: 8, pending: 0 });
  });

  test("ends a broadcast when everybody has left", async () => {
    const { channels, all } = room(10, 5);
    const { done } = channels.broadcast("a", "x");
    await turn();
    for (const member of all) channels.leaveAll(member);
    expect(await done).toMatchObject({ sent: 2, pending: 0 });
  });

  test("that was emptied and filled again has nothing of the broadcasts before", async () => {
    const { channels, all } = room(10, 5);
    const { done } = channels.broadcast("a", "old");
    for (const member of all) channels.leave("a", member);
    for (const member of all) channels.join("a", member);
    const fresh = channels.broadcast("a", "new");
    await Promise.all([done, fresh.done]);
    expect(all.every(({ got }) => got.join() === "new")).toBe(true);
  });

  test("stops in the middle of its round for a member that one of the messages makes leave", async () => {
    const { channels, all } = room(3, 3);
    all[1]!.reaction = () => channels.leave("a", all[1]!);
    channels.broadcast("a", "1");
    await channels.broadcast("a", "2").done;
    expect(all.map(({ got }) => got)).toEqual([["1", "2"], ["1"], ["1", "2"]]);
  });

  test("shares a turn with other channels: all make progress", async () => {
    const channels = new Channels({ shards: () => 10 });
    const rooms = Array.from({ length: 20 }, (_, i) => {
      const all = members(100);
      for (const member of all) channels.join(i, member);
      return { id: i, all };
    });
    const results = rooms.map(({ id }) => channels.broadcast(id, "x"));
    for (let i = 0; i < 4; i++) await turn();
    expect(rooms.every(({ all }) => served(all) > 0)).toBe(true);
    await Promise.all(results.map(({ done }) => done));
    expect(results.every(({ sent }) => sent === 100)).toBe(true);
  });

  test("gives members that are slow to take a message fewer at a time", async () => {
    const { channels, all } = room(300, 2);
    const pause = (data: string) => {
      const end = performance.now() + (data === "slow" ? 1 : 0);
      while (performance.now() < end);
    };
    for (const member of all) member.reaction = pause;
    const result = channels.broadcast("a", "slow");
    await turn();
    expect(result.sent).toBeGreaterThan(0);
    expect(result.sent).toBeLessThan(150);
    expect((await result.done).sent).toBe(300);
  });

  test("looks at the clock more often when many messages wait", async () => {
    const { channels, all } = room(100, 2);
    for (const member of all) {
      member.reaction = () => {
        const end = performance.now() + 0.1;
        while (performance.now() < end);
      };
    }
    const results = Array.from({ length: 100 }, (_, i) => channels.broadcast("a", `${i}`));
    await turn();
    // Ten milliseconds for a member: the turn is over behind the first.
    expect(results[99]!.sent).toBe(1);
    for (const member of all) member.reaction = undefined;
    await results[99]!.done;
  });

  test("asks shards anew for every channel and broadcast", () => {
    const asked: unknown[] = [];
    const channels = new Channels({
      shards: (id) => {
        asked.push(id);
        return 1;
      },
    });
    channels.join("a", new FakeMember());
    channels.broadcast("a", "x");
    channels.broadcast("nobody", "x");
    channels.broadcast("a", "x");
    expect(asked).toEqual(["a", "a"]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined])(
    "throws a RangeError when shards returns %s",
    (shards) => {
      const { channels, all } = room(1, shards as number);
      expect(() => channels.broadcast("a", "x")).toThrow(RangeError);
      expect(all[0]!.got).toEqual([]);
    },
  );
});

describe("what waits in a channel", () => {
  test("is bounded in number: over it a broadcast is dropped for everybody, and counted", async () => {
    const { channels, all } = room(10, 2, { limits: { backlogBroadcasts: 3 } });
    const results = ["1", "2", "3", "4"].map((data) => channels.broadcast("a", data));
    expect(results[3]).toMatchObject({ sent: 0, dropped: 10, pending: 0 });
    expect(await results[3]!.done).toBe(results[3]);
    await Promise.all(results.map(({ done }) => done));
    expect(all.every(({ got }) => got.join() === "1,2,3")).toBe(true);
    expect((await channels.broadcast("a", "5").done).sent).toBe(10);
  });

  test("is bounded in bytes", async () => {
    const { channels } = room(10, 2, { limits: { backlogBytes: 1000 } });
    const results = Array.from({ length: 4 }, () => channels.broadcast("a", "x".repeat(600)));
    expect(results.map(({ dropped }) => dropped)).toEqual([0, 0, 10, 10]);
    await Promise.all(results.map(({ done }) => done));
    expect((await channels.broadcast("a", "x".repeat(600)).done).sent).toBe(10);
  });

  test("does not grow without end when members answer every message", async () => {
    const { channels, all } = room(3, 1, { limits: { backlogBroadcasts: 4 } });
    let dropped = 0;
    for (const member of all) {
      member.reaction = () => {
        dropped += channels.broadcast("a", "again").dropped;
      };
    }
    channels.broadcast("a", "first");
    for (let i = 0; i < 20; i++) await turn();
    expect(dropped).toBeGreaterThan(0);
    for (const member of all) member.reaction = undefined;
  });
});
