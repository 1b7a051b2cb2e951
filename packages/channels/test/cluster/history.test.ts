import { describe, expect, test } from "vitest";
import {
  BusError,
  type BusLog,
  Channels,
  type ChannelsOptions,
  MemoryHub,
  type Position,
  publisher,
} from "../../src/index.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled, TestClock } from "../support/test-clock.ts";

type Options = ChannelsOptions<unknown, FakeMember>;

/** Nodes on one hub, with a stamped history in every channel but `plain`. */
async function nodes(count: number, options: Options = {}, change = (log: BusLog): BusLog => log) {
  const hub = new MemoryHub({ patience: Number.POSITIVE_INFINITY });
  const clock = new TestClock();
  const errors: unknown[] = [];
  const buses = Array.from({ length: count }, () => {
    const bus = hub.bus();
    Object.defineProperty(bus, "log", { value: change(bus.log!) });
    return bus;
  });
  const all = buses.map(
    (bus) =>
      new Channels<unknown, FakeMember>({
        bus,
        cluster: { clock },
        history: (id) =>
          id === "plain"
            ? undefined
            : {
                count: 10,
                stamp: (data, { epoch, offset }) =>
                  `${epoch.startsWith("local") ? "L" : ""}${offset} ${data}`,
              },
        onError: (error) => void errors.push(error),
        ...options,
      }),
  );
  await Promise.all(all.map(({ ready }) => ready));
  const close = async () => {
    await Promise.all(all.map((each) => each.close()));
    expect(errors).toEqual([]);
  };
  return { hub, clock, buses, all, errors, close };
}

async function joined(channels: Channels<unknown, FakeMember>, since?: Position) {
  const member = new FakeMember();
  const options = since === undefined ? {} : { since };
  const result = await channels.join("a", member, undefined, options).done;
  return { member, position: result.position, recovered: result.recovered, replayed: result.replayed };
}

describe("history across nodes", () => {
  test("gives one order and one offset to every message, whoever broadcasts it", async () => {
    const { all, close } = await nodes(3);
    const members = await Promise.all(all.map((each) => joined(each)));
    expect(members[0]!.position).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(members.map(({ position }) => position)).toEqual(Array(3).fill(members[0]!.position));
    for (let i = 0; i < 6; i++) all[i % 3]!.broadcast("a", `${i}`);
    await settled();
    expect(members[0]!.member.got).toHaveLength(6);
    expect(members[0]!.member.got.map((line) => Number.parseInt(line, 10))).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { member } of members) expect(member.got).toEqual(members[0]!.member.got);
    await close();
  });

  test("tells the sender the position once the log has the message, and what became of it", async () => {
    const { all, close } = await nodes(1);
    const { member, position } = await joined(all[0]!);
    const result = all[0]!.broadcast("a", "hello", { except: member });
    expect([result.pending, result.position]).toEqual([1, undefined]);
    expect(await result.published).toEqual({ ok: true });
    await result.done;
    expect(result.position).toEqual({ ...position, offset: 1 });
    expect([member.got, result.sent]).toEqual([[], 0]);
    expect(await all[0]!.broadcast("a", "all").done).toMatchObject({ sent: 1, pending: 0 });
    expect(member.got).toEqual(["2 all"]);
    await close();
  });

  test("is kept while nobody is there, on any node", async () => {
    const { all, close } = await nodes(2);
    const { position, member } = await joined(all[0]!);
    all[0]!.leave("a", member);
    const result = all[1]!.broadcast("a", "alone");
    expect(await result.published).toEqual({ ok: true });
    expect(result.position).toEqual({ ...position, offset: 1 });
    const again = await joined(all[0]!, position);
    expect(again).toMatchObject({ recovered: true, replayed: 1, position: { ...position, offset: 1 } });
    expect(again.member.got).toEqual(["1 alone"]);
    await close();
  });

  test("replays on another node exactly what was missed, before anything new", async () => {
    const { all, close } = await nodes(2);
    const { position, member } = await joined(all[0]!);
    await joined(all[0]!);
    member.close();
    for (const data of ["x", "y"]) all[0]!.broadcast("a", data);
    await settled();
    const again = new FakeMember();
    const result = all[1]!.join("a", again, undefined, { since: position! });
    all[1]!.broadcast("a", "z");
    expect([result.recovered, again.got]).toEqual([undefined, []]);
    await result.done;
    await settled();
    expect(result).toMatchObject({ recovered: true, replayed: 2, position: { offset: 2 } });
    expect(again.got).toEqual(["1 x", "2 y", "3 z"]);
    await close();
  });

  test("answers from what this node has kept, at once, if that is enough", async () => {
    const { all, close } = await nodes(1);
    const { position } = await joined(all[0]!);
    await all[0]!.broadcast("a", "x").done;
    const again = new FakeMember();
    const result = all[0]!.join("a", again, undefined, { since: position! });
    expect(result).toMatchObject({ recovered: true, replayed: 1, position: { ...position, offset: 1 } });
    expect(again.got).toEqual(["1 x"]);
    await close();
  });

  test("does not repeat what a member has from a node that was ahead", async () => {
    const { all, buses, close } = await nodes(2);
    await Promise.all(all.map((each) => joined(each)));
    buses[1]!.hold();
    const results = ["x", "y"].map((data) => all[0]!.broadcast("a", data));
    await settled();
    const again = new FakeMember();
    const result = await all[1]!.join("a", again, undefined, { since: results[0]!.position! }).done;
    expect(result).toMatchObject({ recovered: true, replayed: 0, position: results[0]!.position });
    buses[1]!.release();
    await settled();
    expect(again.got).toEqual(["2 y"]);
    await close();
  });

  test("reads from the log what was lost on the way", async () => {
    const { all, hub, clock, close } = await nodes(2);
    const [, other] = await Promise.all(all.map((each) => joined(each)));
    hub.copies = () => 0;
    all[0]!.broadcast("a", "lost");
    await settled();
    hub.copies = () => 1;
    all[0]!.broadcast("a", "behind it");
    await settled();
    expect(other!.member.got).toEqual([]);
    await clock.pass(50);
    expect(other!.member.got).toEqual(["1 lost", "2 behind it"]);
    hub.copies = () => 0;
    all[0]!.broadcast("a", "last");
    await settled();
    hub.copies = () => 1;
    await clock.pass(5000);
    expect(other!.member.got).toEqual(["1 lost", "2 behind it", "3 last"]);
    await close();
  });

  test("goes on among own members while the engine is down: that is never recovered, nor sent late", async () => {
    const { all, buses, close } = await nodes(2);
    const [one, other] = await Promise.all(all.map((each) => joined(each)));
    await all[0]!.broadcast("a", "before").done;
    buses[0]!.cut();
    const result = all[0]!.broadcast("a", "alone");
    expect([one!.member.got, result.sent]).toEqual([["1 before", "L1 alone"], 1]);
    expect(await result.published).toMatchObject({ ok: false, error: { code: "unavailable" } });
    await all[1]!.broadcast("a", "there").done;
    buses[0]!.mend();
    await settled();
    expect(one!.member.got).toEqual(["1 before", "L1 alone", "2 there"]);
    expect(other!.member.got).toEqual(["1 before", "2 there"]);
    // Who was here would have got "alone"; who comes from elsewhere could not.
    expect((await joined(all[0]!, result.position)).recovered).toBe(false);
    expect((await joined(all[0]!, { ...one!.position!, offset: 1 })).recovered).toBe(false);
    expect((await joined(all[0]!, { ...one!.position!, offset: 2 })).recovered).toBe(true);
    expect((await joined(all[1]!, { ...one!.position!, offset: 1 })).recovered).toBe(true);
    await close();
  });
});

describe("a member that waits for what it missed", () => {
  /** A node whose log is read when the test says so. */
  async function slow(options: Options = {}) {
    const waiting: (() => void)[] = [];
    let isSlow = false;
    const set = await nodes(1, options, (log) => ({
      ...log,
      read: async (...args) => {
        const reading = await log.read(...args);
        if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
        return reading;
      },
    }));
    const first = await joined(set.all[0]!);
    for (let i = 1; i <= 3; i++) await set.all[0]!.broadcast("a", `${i}`).done;
    // Whoever comes now finds nothing kept here.
    set.all[0]!.leave("a", first.member);
    await settled();
    await joined(set.all[0]!);
    isSlow = true;
    const member = new FakeMember();
    const since = { ...first.position!, offset: 1 };
    const result = set.all[0]!.join("a", member, undefined, { since });
    const answer = async () => {
      await settled();
      for (const resolve of waiting.splice(0)) resolve();
      await settled();
    };
    return { ...set, member, result, answer };
  }

  test("is a member at once, and gets what is broadcast meanwhile behind that", async () => {
    const { all, member, result, answer, close } = await slow();
    expect([result.status, result.recovered, all[0]!.has("a", member)]).toEqual(["joined", undefined, true]);
    const sent = all[0]!.broadcast("a", "4");
    await sent.done;
    expect([member.got, sent.sent]).toEqual([[], 1]);
    await answer();
    await result.done;
    expect(result).toMatchObject({ recovered: true, replayed: 2, position: { offset: 3 } });
    await all[0]!.broadcast("a", "5").done;
    expect(member.got).toEqual(["2 2", "3 3", "4 4", "5 5"]);
    await close();
  });

  test("is not recovered when the log does not answer in time, and misses nothing from then on", async () => {
    const { all, clock, member, result, answer, close } = await slow();
    await all[0]!.broadcast("a", "4").done;
    await clock.pass(1000);
    expect(result).toMatchObject({ recovered: false, replayed: 0, position: { offset: 3 } });
    expect(member.got).toEqual(["4 4"]);
    await answer();
    await all[0]!.broadcast("a", "5").done;
    expect(member.got).toEqual(["4 4", "5 5"]);
    await close();
  });

  test.each([{ heldMessages: 2 }, { heldBytes: 10 }])(
    "is not recovered when more is held for it than the limits %o allow",
    async (limits) => {
      const { all, member, result, answer, close } = await slow({ limits });
      for (const data of ["4", "5", "6", "7"]) await all[0]!.broadcast("a", data).done;
      await result.done;
      expect(result.recovered).toBe(false);
      await answer();
      expect(member.got).toEqual(["4 4", "5 5", "6 6", "7 7"]);
      await close();
    },
  );

  test.each(["leave", "close"] as const)("gets nothing any more after its %s", async (way) => {
    const { all, member, result, answer, close } = await slow();
    await all[0]!.broadcast("a", "4").done;
    if (way === "leave") all[0]!.leave("a", member);
    else member.close();
    await answer();
    await result.done;
    expect([member.got, result.recovered]).toEqual([[], false]);
    await close();
  });

  test("is released when its own bound cuts the replay short", async () => {
    const { all, member, result, answer, close } = await slow();
    member.reaction = (line) => {
      member.verdict = line === "2 2" ? "dropped" : "sent";
    };
    await answer();
    await result.done;
    expect(result).toMatchObject({ recovered: false, replayed: 0 });
    await all[0]!.broadcast("a", "4").done;
    expect(member.got).toEqual(["2 2", "4 4"]);
    await close();
  });
});

describe("a log", () => {
  test("that was lost begins anew: members get its first entry, old positions are not recovered", async () => {
    const { all, hub, clock, close } = await nodes(2);
    const [one, other] = await Promise.all(all.map((each) => joined(each)));
    await all[0]!.broadcast("a", "old").done;
    hub.forget();
    await all[1]!.broadcast("a", "new").published;
    await all[1]!.broadcast("a", "newer").published;
    await clock.pass(50);
    for (const { member } of [one!, other!]) expect(member.got).toEqual(["1 old", "1 new", "2 newer"]);
    expect((await joined(all[0]!, { ...one!.position!, offset: 1 })).recovered).toBe(false);
    const { position, member } = await joined(all[0]!);
    expect(position).toMatchObject({ offset: 2 });
    await all[0]!.broadcast("a", "newest").done;
    expect(member.got).toEqual(["3 newest"]);
    await close();
  });

  test("that has forgotten what a node missed: how much is told, and what is kept of it stays right", async () => {
    const gaps: unknown[] = [];
    const { all, buses, close } = await nodes(2, {
      history: () => ({ count: 2, stamp: (data, { offset }) => `${offset} ${data}` }),
      onGap: (gap) => void gaps.push(gap),
    });
    const [, other] = await Promise.all(all.map((each) => joined(each)));
    await all[1]!.broadcast("a", "1").done;
    buses[1]!.cut();
    for (const data of ["2", "3", "4", "5"]) await all[0]!.broadcast("a", data).done;
    buses[1]!.mend();
    await settled();
    expect(gaps).toEqual([{ id: "a", from: undefined, lost: 4 }]);
    await all[0]!.broadcast("a", "6").done;
    await settled();
    expect(other!.member.got).toEqual(["1 1", "6 6"]);
    const again = await joined(all[1]!, { ...other!.position!, offset: 5 });
    expect([again.recovered, again.member.got]).toEqual([true, ["6 6"]]);
    const late = await joined(all[1]!, { ...other!.position!, offset: 3 });
    expect([late.recovered, late.member.got]).toEqual([false, []]);
    await close();
  });

  test("with entries of other programs: they are counted, and passed over", async () => {
    const { all, buses, clock, close } = await nodes(2);
    const [one] = await Promise.all(all.map((each) => joined(each)));
    const bounds = { count: 10, bytes: 1e6, age: 1e6, keep: 1e6 };
    const entry = (...bytes: number[]) => Uint8Array.from([...bytes, ...Array(22).fill(7), 0xff]);
    // Of another version, of no type, no UTF-8, too short.
    for (const bytes of [entry(2, 1), entry(1, 9), entry(1, 1), Uint8Array.of(1, 1)]) {
      await buses[1]!.log!.append("cYQ", bytes, bounds);
    }
    await all[1]!.broadcast("a", "mine").published;
    await clock.pass(50);
    expect(one!.member.got).toEqual(["5 mine"]);
    expect(all[0]!.stats().foreign).toBe(4);
    const again = await joined(all[0]!, one!.position);
    expect([again.recovered, again.member.got]).toEqual([true, ["5 mine"]]);
    await close();
  });

  test("is not believed to be where a stranger says it is", async () => {
    const { all, hub, clock, close } = await nodes(1);
    const { member } = await joined(all[0]!);
    const stranger = hub.bus();
    await stranger.open({ message() {}, up() {}, down() {} });
    const envelope = (body: number[]) =>
      Uint8Array.from([0xe5, 1, 11, ...Array(16).fill(9), ...Array(14).fill(0), ...body]);
    await stranger.publish("cYQ", envelope([]));
    await stranger.publish("cYQ", envelope([9, 0, 0]));
    await stranger.publish("cYQ", envelope([1, 0, 0, 0, 0, 0, 9, 0x65, 1, 2, 3]));
    await settled();
    expect(all[0]!.stats().foreign).toBe(3);
    await stranger.publish("cYQ", envelope([1, 0, 0, 0, 0, 0, 9, 0x65]));
    await clock.pass(5000);
    await all[0]!.broadcast("a", "mine").done;
    expect(member.got).toEqual(["1 mine"]);
    await Promise.all([stranger.close(), close()]);
  });
});

describe("a broadcast that the log does not take", () => {
  test("reaches own members with a position of this node, and says why nobody else gets it", async () => {
    const { all, hub, close } = await nodes(2);
    const [one, other] = await Promise.all(all.map((each) => joined(each)));
    const large = "x".repeat(hub.bus().maxPayload);
    const result = all[0]!.broadcast("a", large);
    expect(await result.published).toMatchObject({ ok: false, error: { code: "too-large" } });
    expect(one!.member.got).toEqual([`L1 ${large}`]);
    expect(all[0]!.stats().unpublished).toBe(1);
    await all[0]!.broadcast("a", "small").done;
    await settled();
    expect(other!.member.got).toEqual(["1 small"]);
    await close();
  });

  test("because the engine is silent waits once, the next do not; own members get nothing twice", async () => {
    const { all, hub, clock, close } = await nodes(2);
    const [one, other] = await Promise.all(all.map((each) => joined(each)));
    hub.freeze();
    const results = ["1", "2"].map((data) => all[0]!.broadcast("a", data));
    expect(one!.member.got).toEqual([]);
    await clock.pass(1000);
    expect(one!.member.got).toEqual(["L1 1", "L2 2"]);
    results.push(all[0]!.broadcast("a", "3"));
    expect(one!.member.got).toEqual(["L1 1", "L2 2", "L3 3"]);
    for (const { published } of results) {
      expect(await published).toMatchObject({ ok: false, error: { code: "unavailable" } });
    }
    hub.thaw();
    await settled();
    await all[0]!.broadcast("a", "4").done;
    // What the engine has done with the first two becomes known, also to the others, without a word from anybody.
    await clock.pass(5000);
    expect(one!.member.got).toEqual(["L1 1", "L2 2", "L3 3", "3 4"]);
    expect(other!.member.got).toEqual(["1 1", "2 2", "3 4"]);
    await close();
  });

  test("is not given twice when it was appended, read, and then its answer lost", async () => {
    const { all, close } = await nodes(1, {}, (log) => ({
      ...log,
      append: async (...args) => {
        await log.append(...args);
        await settled();
        throw new BusError("unavailable", "lost");
      },
    }));
    const { member } = await joined(all[0]!);
    const result = all[0]!.broadcast("a", "once");
    const again = await joined(all[0]!);
    await result.done;
    expect([member.got, again.member.got]).toEqual([["L1 once"], ["L1 once"]]);
    await close();
  });

  test("waits in order behind those before it", async () => {
    let isFirst = true;
    const { all, close } = await nodes(1, {}, (log) => ({
      ...log,
      append: async () => {
        if (isFirst) {
          isFirst = false;
          await settled();
        }
        throw new BusError("overloaded", "too much");
      },
    }));
    const { member } = await joined(all[0]!);
    const results = ["1", "2"].map((data) => all[0]!.broadcast("a", data));
    await Promise.all(results.map(({ done }) => done));
    expect(member.got).toEqual(["L1 1", "L2 2"]);
    await close();
  });

  test("is refused when too many wait", async () => {
    const { all, hub, clock, close } = await nodes(1, { limits: { backlogBroadcasts: 2 } });
    const { member } = await joined(all[0]!);
    hub.freeze();
    const results = ["1", "2", "3"].map((data) => all[0]!.broadcast("a", data));
    expect(results[2]).toMatchObject({ dropped: 1, pending: 0 });
    expect(await results[2]!.published).toMatchObject({ ok: false, error: { code: "overloaded" } });
    await clock.pass(1000);
    expect(member.got).toEqual(["L1 1", "L2 2"]);
    hub.thaw();
    await close();
  });

  test("because these channels are closed is for own members, for ever, and a join is done", async () => {
    const { all } = await nodes(1);
    const { member, position } = await joined(all[0]!);
    await all[0]!.close();
    const result = all[0]!.broadcast("a", "alone");
    expect(await result.published).toMatchObject({ ok: false, error: { code: "closed" } });
    expect(member.got).toEqual(["L1 alone"]);
    all[0]!.leave("a", member);
    const again = await joined(all[0]!, position);
    expect(again.recovered).toBe(false);
    all[0]!.broadcast("a", "still");
    expect(again.member.got).toEqual(["L1 still"]);
  });
});

describe("what is not of the history", () => {
  test("has no position and waits for no log", async () => {
    const { all, close } = await nodes(2);
    const [one, other] = await Promise.all(all.map((each) => joined(each)));
    for (const options of [{ history: false }, { local: true }]) {
      const result = all[0]!.broadcast("a", "typing", options);
      expect([result.position, result.pending]).toEqual([undefined, 0]);
      await settled();
      expect(result.position).toBeUndefined();
    }
    expect([one!.member.got, other!.member.got]).toEqual([["typing", "typing"], ["typing"]]);
    const again = await joined(all[1]!, one!.position);
    expect([again.recovered, again.member.got]).toEqual([true, []]);
    await close();
  });

  test("is what is broadcast in a channel without one", async () => {
    const { all, close } = await nodes(1);
    const member = new FakeMember();
    const { position } = await all[0]!.join("plain", member).done;
    const result = all[0]!.broadcast("plain", "x");
    expect([position, result.position, member.got]).toEqual([undefined, undefined, ["x"]]);
    const { recovered } = await all[0]!.join("plain", new FakeMember(), 0, { since: position! }).done;
    expect(recovered).toBeUndefined();
    await close();
  });
});

test("a stamp that throws is reported; the others are stamped, and nothing is recovered over it", async () => {
  const errors: unknown[] = [];
  const { all } = await nodes(2, {
    history: () => ({
      stamp(data, { offset }) {
        if (data === "bad") throw new Error("stamp");
        return `${offset} ${data}`;
      },
    }),
    onError: (error) => void errors.push(error),
  });
  const [one, other] = await Promise.all(all.map((each) => joined(each)));
  for (const data of ["1", "bad", "3"]) await all[0]!.broadcast("a", data).done;
  await settled();
  expect([one!.member.got, other!.member.got]).toEqual([
    ["1 1", "3 3"],
    ["1 1", "3 3"],
  ]);
  expect(errors).toEqual([new Error("stamp"), new Error("stamp")]);
  expect((await joined(all[0]!, one!.position)).recovered).toBe(false);
  await Promise.all(all.map((each) => each.close()));
});

test("a channel in slices gives its history in slices, in order, to all nodes", async () => {
  const { all, close } = await nodes(2, { shards: () => 3 });
  const members = await Promise.all([0, 0, 0, 0, 1, 1].map((i) => joined(all[i]!)));
  const results = ["x", "y", "z"].map((data) => all[1]!.broadcast("a", data));
  await Promise.all(results.map(({ done }) => done));
  await settled();
  for (const { member } of members) expect(member.got).toEqual(["1 x", "2 y", "3 z"]);
  expect(results.map(({ sent }) => sent)).toEqual([2, 2, 2]);
  await close();
});

test("a publisher broadcasts into the history, and tells of the last entry again when it was lost", async () => {
  const { all, hub, clock, close } = await nodes(1);
  const { member, position } = await joined(all[0]!);
  const history = (id: string) => (id === "plain" ? undefined : { count: 10 });
  const jobs = publisher(hub.bus(), { cluster: { clock }, history });
  await jobs.ready;
  expect(await jobs.broadcast("a", "job")).toEqual({ ok: true });
  hub.copies = () => 0;
  expect(await jobs.broadcast("a", Uint8Array.of(1))).toEqual({ ok: true });
  await settled();
  expect(member.got).toEqual(["1 job"]);
  hub.copies = () => 1;
  await clock.pass(5000);
  expect(member.got).toEqual(["1 job", `2 ${Uint8Array.of(1)}`]);
  expect((await joined(all[0]!, position)).replayed).toBe(2);
  expect(jobs.stats()).toMatchObject({ published: 2, unpublished: 0 });
  await jobs.close();
  expect(await jobs.broadcast("a", "late")).toMatchObject({ ok: false, error: { code: "closed" } });
  expect(() => publisher(new MemoryHub({ log: false }).bus(), { history })).toThrow(TypeError);
  await close();
});

test("3,000 channels with history opened in one turn find their logs", async () => {
  const { all, errors, close } = await nodes(2);
  const results = all.flatMap((each) =>
    Array.from({ length: 3000 }, (_, i) => each.join(`${i}`, new FakeMember()).done),
  );
  for (const { position } of await Promise.all(results)) expect(position?.epoch).not.toMatch(/local/);
  expect(errors).toEqual([]);
  await close();
});

test("1,000 who come back to a node together have what they missed read once", async () => {
  let readings = 0;
  const { all, close } = await nodes(2, {}, (log) => ({
    ...log,
    read: (topic, after, bounds) => {
      if (after !== undefined) readings++;
      return log.read(topic, after, bounds);
    },
  }));
  const { position } = await joined(all[0]!);
  for (let i = 1; i <= 5; i++) await all[0]!.broadcast("a", `${i}`).done;
  const back = Array.from({ length: 1000 }, (_, i) => joined(all[1]!, { ...position!, offset: i % 3 }));
  for (const [i, { recovered, member }] of (await Promise.all(back)).entries()) {
    expect(recovered).toBe(true);
    expect(member.got).toEqual(["1 1", "2 2", "3 3", "4 4", "5 5"].slice(i % 3));
  }
  expect(readings).toBe(1);
  await close();
});

test("a member that has left before it got what it missed, and comes again, gets everything from then on", async () => {
  const readings: (() => void)[] = [];
  let isSlow = false;
  const { all, clock, close } = await nodes(2, {}, (log) => ({
    append: (...args) => log.append(...args),
    read: async (...args) => {
      if (isSlow) await new Promise<void>((resolve) => readings.push(resolve));
      return log.read(...args);
    },
  }));
  const { position } = await joined(all[0]!);
  await all[0]!.broadcast("a", "1").published;
  await joined(all[1]!);
  isSlow = true;
  const member = new FakeMember();
  all[1]!.join("a", member, undefined, { since: position! });
  all[1]!.leave("a", member);
  all[1]!.join("a", member);
  await all[0]!.broadcast("a", "2").published;
  await settled();
  expect(member.got).toEqual(["2 2"]);
  for (const go of readings) go();
  await clock.pass(2000);
  await all[0]!.broadcast("a", "3").published;
  await settled();
  expect(member.got).toEqual(["2 2", "3 3"]);
  await close();
});

test("a broadcast made before the channel is subscribed to does not wait for an engine that has gone", async () => {
  const { hub, clock, all, close } = await nodes(1);
  hub.freeze();
  const member = new FakeMember();
  all[0]!.join("a", member);
  const early = all[0]!.broadcast("a", "early");
  hub.stop();
  await settled();
  all[0]!.broadcast("a", "late");
  await clock.pass(1000);
  expect(member.got).toEqual(["L1 early", "L2 late"]);
  expect(await early.published).toMatchObject({ ok: false, error: { code: "unavailable" } });
  hub.start();
  await clock.pass(5000);
  expect(member.got).toHaveLength(2);
  await close();
});

test("more than 1,000 whose answers were lost are not given twice", async () => {
  const answers: (() => void)[] = [];
  const history = () => ({ count: 2000, bytes: 1_000_000 });
  const { clock, all, close } = await nodes(1, { history }, (log) => ({
    append: async (...args) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return log.append(...args);
    },
    read: (...args) => log.read(...args),
  }));
  const { member } = await joined(all[0]!);
  for (let i = 0; i < 1020; i++) all[0]!.broadcast("a", `${i}`);
  await clock.pass(1000);
  expect(member.got).toHaveLength(1020);
  for (const answer of answers) answer();
  await clock.pass(5000);
  expect(member.got).toHaveLength(1020);
  await close();
});

describe("an engine that refuses to keep a log", () => {
  test("is told of once, until it has kept one", async () => {
    let isRefusing = true;
    const refuse = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
      if (isRefusing) throw new BusError("refused", "no JetStream");
      return ask();
    };
    const { all, clock, errors } = await nodes(1, {}, (log) => ({
      append: (...args) => refuse(() => log.append(...args)),
      read: (...args) => refuse(() => log.read(...args)),
    }));
    const { member } = await joined(all[0]!);
    await all[0]!.join("b", member).done;
    await all[0]!.broadcast("a", "hello").published;
    await clock.pass(20_000);
    expect(errors).toEqual([expect.objectContaining({ code: "refused", message: "no JetStream" })]);
    isRefusing = false;
    await clock.pass(5000);
    isRefusing = true;
    await all[0]!.broadcast("a", "hello").published;
    expect(errors).toHaveLength(2);
    expect(member.got).toHaveLength(2);
    await all[0]!.close();
  });

  test("is told of by a publisher, too", async () => {
    const bus = new MemoryHub().bus();
    const refused = new BusError("refused", "no JetStream");
    Object.defineProperty(bus, "log", { value: { append: () => Promise.reject(refused) } });
    const errors: unknown[] = [];
    const news = publisher(bus, { history: () => ({}), onError: (error) => void errors.push(error) });
    await news.ready;
    expect(await news.broadcast("a", "hello")).toEqual({ ok: false, error: refused });
    await news.broadcast("a", "hello");
    expect(errors).toEqual([refused]);
    await news.close();
  });
});

test("a log that throws, or rejects with anything, is as good as one that cannot be reached", async () => {
  const faults: (() => Promise<never>)[] = [
    () => {
      throw new Error("thrown");
    },
    () => Promise.reject(undefined),
  ];
  for (const fault of faults) {
    let isFaulty = false;
    const { all, clock, close } = await nodes(1, {}, (log) => ({
      append: (...args) => (isFaulty ? fault() : log.append(...args)),
      read: (...args) => (isFaulty ? fault() : log.read(...args)),
    }));
    const { member } = await joined(all[0]!);
    isFaulty = true;
    const { published } = all[0]!.broadcast("a", "1");
    expect(await published).toMatchObject({ ok: false, error: { code: "unavailable" } });
    all[0]!.join("b", member);
    await clock.pass(5000);
    isFaulty = false;
    await all[0]!.broadcast("a", "2").published;
    expect(member.got).toEqual(["L1 1", "1 2"]);
    await close();
  }
});
