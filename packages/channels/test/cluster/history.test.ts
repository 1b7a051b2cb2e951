import { describe, expect, test } from "vitest";
import { Channels, type ChannelsOptions, MemoryHub, type Position } from "../../src/index.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled, TestClock } from "../support/test-clock.ts";

type Options = ChannelsOptions<unknown, FakeMember>;

/** Nodes on one hub, with a stamped history in every channel but `plain`. */
async function nodes(count: number, options: Options = {}) {
  const hub = new MemoryHub({ patience: Number.POSITIVE_INFINITY });
  const clock = new TestClock();
  const errors: unknown[] = [];
  const buses = Array.from({ length: count }, () => hub.bus());
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
