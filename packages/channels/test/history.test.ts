import { binary, text } from "@exws/frame";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Channels, type ChannelsOptions, type HistoryOptions, type Position } from "../src/index.ts";
import { FakeMember, members } from "./support/fake-member.ts";

type Any = Channels<unknown, FakeMember>;

function kept(history: HistoryOptions = {}, options: ChannelsOptions<unknown, FakeMember> = {}): Any {
  return new Channels<unknown, FakeMember>({
    history: (id) => (id === "plain" ? undefined : history),
    ...options,
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a channel with history", () => {
  test("gives a position at join, also when nothing was ever sent", () => {
    const channels = kept();
    const { position, recovered, replayed } = channels.join("a", new FakeMember());
    expect(position).toEqual({ epoch: expect.any(String), offset: 0 });
    expect([recovered, replayed]).toEqual([undefined, 0]);
    channels.broadcast("a", "1");
    expect(channels.join("a", new FakeMember()).position).toEqual({ ...position!, offset: 1 });
  });

  test("tells the sender the position of each message: one higher each time", () => {
    const channels = kept();
    channels.join("a", new FakeMember());
    expect(["1", "2", "3"].map((data) => channels.broadcast("a", data).position?.offset)).toEqual([1, 2, 3]);
  });

  test("replays to who comes back what it missed, once and in order, before anything new", () => {
    const channels = kept();
    const [paul, jessica] = members(2);
    const { position } = channels.join("a", paul!);
    channels.join("a", jessica!);
    paul!.close();
    for (const data of ["1", Uint8Array.of(2), text("3")]) channels.broadcast("a", data);
    const again = new FakeMember();
    const result = channels.join("a", again, undefined, { since: position });
    channels.broadcast("a", "4");
    expect(result).toMatchObject({ status: "joined", recovered: true, replayed: 3 });
    expect(result.position).toEqual({ ...position, offset: 3 });
    expect(again.got).toEqual(["1", "02", "3", "4"]);
    expect(again.got).toEqual(jessica!.got);
  });

  test("replays from any position, of which each message is the end of one", () => {
    const channels = kept();
    channels.join("a", new FakeMember());
    const positions = ["1", "2", "3"].map((data) => channels.broadcast("a", data).position!);
    for (const [i, since] of positions.entries()) {
      const member = new FakeMember();
      expect(channels.join("a", member, 0, { since }).recovered).toBe(true);
      expect(member.got).toEqual(["1", "2", "3"].slice(i + 1));
    }
  });

  test("has nothing to replay, and says so, to who missed nothing", () => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    const again = new FakeMember();
    expect(channels.join("a", again, 0, { since: position })).toMatchObject({ recovered: true, replayed: 0 });
    expect(again.got).toEqual([]);
  });

  test("keeps what is sent while nobody is there", () => {
    const channels = kept();
    const paul = new FakeMember();
    const { position } = channels.join("a", paul);
    channels.leave("a", paul);
    expect(channels.broadcast("a", "alone")).toMatchObject({ sent: 0, position: { offset: 1 } });
    const again = new FakeMember();
    expect(channels.join("a", again, 0, { since: position }).recovered).toBe(true);
    expect(again.got).toEqual(["alone"]);
  });

  test("replays frames that are framed already: the same objects that were sent", () => {
    const channels = kept();
    const [paul, again] = members(2);
    const { position } = channels.join("a", paul!);
    channels.broadcast("a", "1");
    channels.join("a", again!, 0, { since: position });
    expect(again!.messages[0]).toBe(paul!.messages[0]);
  });

  test("replays nothing to who is a member already, and tells where it is", () => {
    const channels = kept();
    const paul = new FakeMember();
    const { position } = channels.join("a", paul);
    channels.broadcast("a", "1");
    for (const replace of [false, true]) {
      const result = channels.join("a", paul, 0, { since: position, replace });
      expect(result).toMatchObject({ replayed: 0, position: { ...position, offset: 1 } });
      expect(result.recovered).toBeUndefined();
    }
    expect(paul.got).toEqual(["1"]);
  });

  test.each([
    ["of another history", (position: Position) => ({ ...position, epoch: "other" })],
    ["that has not been reached", (position: Position) => ({ ...position, offset: position.offset + 100 })],
    ["before the first", (position: Position) => ({ ...position, offset: -1 })],
    ["between two", (position: Position) => ({ ...position, offset: 0.5 })],
    ["that is not a number", (position: Position) => ({ ...position, offset: "0" })],
    ["that is NaN", (position: Position) => ({ ...position, offset: Number.NaN })],
    ["without an epoch", ({ offset }: Position) => ({ offset })],
    ["that is null", () => null],
    ["that is a string", () => "position"],
    ["that is an array", () => [1, 2]],
  ])("does not recover from a position %s, as a client may send it", (_, wrong) => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("a", "1");
    const again = new FakeMember();
    const result = channels.join("a", again, 0, { since: wrong(position!) as never });
    expect(result).toMatchObject({ status: "joined", recovered: false, replayed: 0 });
    expect(again.got).toEqual([]);
    expect(channels.has("a", again)).toBe(true);
  });

  test("is one per channel: a position of another channel recovers nothing", () => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("b", "1");
    expect(channels.join("b", new FakeMember(), 0, { since: position }).recovered).toBe(false);
  });

  test("is asked for by channel: others have no positions, keep nothing and recover nothing", () => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    expect(channels.join("plain", new FakeMember()).position).toBeUndefined();
    expect(channels.broadcast("plain", "1").position).toBeUndefined();
    const again = new FakeMember();
    const result = channels.join("plain", again, 0, { since: position });
    expect([result.recovered, result.position, again.got]).toEqual([false, undefined, []]);
    expect(
      new Channels().join("a", new FakeMember(), undefined, { since: position } as never).recovered,
    ).toBe(false);
  });

  test("does not keep what is sent with history: false: it has no position", () => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    expect(channels.broadcast("a", "typing", { history: false }).position).toBeUndefined();
    channels.broadcast("a", "1");
    const again = new FakeMember();
    channels.join("a", again, 0, { since: position });
    expect(again.got).toEqual(["1"]);
  });

  test("takes no filter unless the message is not kept: a replay could not ask it", () => {
    const channels = kept();
    const paul = new FakeMember();
    channels.join("a", paul);
    const filter = () => true;
    expect(() => channels.broadcast("a", "x", { filter })).toThrow(TypeError);
    expect(channels.broadcast("a", "y", { filter, history: false }).sent).toBe(1);
    expect(channels.broadcast("plain", "z", { filter }).sent).toBe(0);
    expect(paul.got).toEqual(["y"]);
  });

  test("replays what was sent except for somebody to that one, too: who reconnects is somebody new", () => {
    const channels = kept();
    const paul = new FakeMember();
    const { position } = channels.join("a", paul);
    channels.broadcast("a", "mine", { except: paul });
    paul.close();
    const again = new FakeMember();
    channels.join("a", again, 0, { since: position });
    expect([paul.got, again.got]).toEqual([[], ["mine"]]);
  });
});

describe("a replay", () => {
  test("comes before what onJoin says, and the broadcasts of others", () => {
    const channels: Any = kept({}, { onJoin: (id) => void channels.broadcast(id, "hello") });
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("a", "1");
    const again = new FakeMember();
    channels.join("a", again, 0, { since: position });
    expect(again.got).toEqual(["hello", "1", "hello"]);
  });

  test.each(["dropped", "closed"] as const)(
    "that a member's bound cuts short (%s) is not recovered",
    (verdict) => {
      const channels = kept();
      const { position } = channels.join("a", new FakeMember());
      for (const data of ["1", "2", "3"]) channels.broadcast("a", data);
      const again = new FakeMember();
      again.reaction = (data) => {
        if (data === "2") again.verdict = verdict;
      };
      const result = channels.join("a", again, 0, { since: position });
      expect(result).toMatchObject({ status: "joined", recovered: false, replayed: 1 });
      expect(again.got).toEqual(["1", "2"]);
    },
  );

  test("goes on for a member that is behind", () => {
    const channels = kept();
    const { position } = channels.join("a", new FakeMember());
    for (const data of ["1", "2"]) channels.broadcast("a", data);
    const again = new FakeMember();
    again.verdict = "queued";
    expect(channels.join("a", again, 0, { since: position })).toMatchObject({ recovered: true, replayed: 2 });
  });

  test("that closes the member leaves no ghost, and the join says closed", () => {
    const notes: string[] = [];
    const channels = kept(
      {},
      {
        onJoin: () => void notes.push("join"),
        onLeave: () => void notes.push("leave"),
      },
    );
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("a", "1");
    const again = new FakeMember();
    again.reaction = () => again.close();
    again.verdict = "closed";
    const result = channels.join("a", again, 0, { since: position });
    expect(result).toMatchObject({ status: "closed", recovered: false });
    expect(channels.has("a", again)).toBe(false);
    expect(notes).toEqual(["join", "join", "leave"]);
  });

  test("during which the member throws is reported and not recovered", () => {
    const errors: unknown[] = [];
    const channels = kept({}, { onError: (error) => void errors.push(error) });
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("a", "1");
    const again = new FakeMember();
    again.reaction = () => {
      throw new Error("write");
    };
    expect(channels.join("a", again, 0, { since: position }).recovered).toBe(false);
    expect(errors).toEqual([new Error("write")]);
  });

  test("neither repeats nor leaves out what a sliced broadcast has still to bring", async () => {
    const channels = kept({}, { shards: () => 3 });
    const all = members(6);
    const positions = all.map((member) => channels.join("a", member).position!);
    const first = channels.broadcast("a", "1");
    await new Promise((resolve) => setImmediate(resolve));
    channels.broadcast("a", "2");
    all[5]!.close();
    const again = new FakeMember();
    expect(channels.join("a", again, 0, { since: positions[5]! })).toMatchObject({
      recovered: true,
      replayed: 2,
    });
    await channels.broadcast("a", "3").done;
    expect([all[5]!.got, again.got, all[0]!.got]).toEqual([[], ["1", "2", "3"], ["1", "2", "3"]]);
    expect(first.sent).toBe(5);
  });
});

describe("what is kept", () => {
  const recovers = (channels: Any, since: Position | undefined, id: unknown = "a") => {
    const member = new FakeMember();
    const { recovered } = channels.join(id, member, 0, { since });
    return recovered === true ? member.got : "no";
  };

  test("is bounded in number", () => {
    const channels = kept({ count: 3 });
    const { position } = channels.join("a", new FakeMember());
    const positions = [position!];
    for (let i = 1; i <= 200; i++) positions.push(channels.broadcast("a", `${i}`).position!);
    expect(recovers(channels, positions[197])).toEqual(["198", "199", "200"]);
    expect(recovers(channels, positions[196])).toBe("no");
    expect(recovers(channels, positions[200])).toEqual([]);
  });

  test("is bounded in bytes of whole frames", () => {
    const channels = kept({ bytes: 30 });
    const { position } = channels.join("a", new FakeMember());
    for (const data of ["12345678", "12345678", "12345678"]) channels.broadcast("a", data);
    expect(recovers(channels, position)).toHaveLength(3);
    const last = channels.broadcast("a", "x").position;
    expect(recovers(channels, position)).toBe("no");
    channels.broadcast("a", "y".repeat(29));
    expect(recovers(channels, last)).toBe("no");
    expect(recovers(channels, channels.broadcast("a", "z").position)).toEqual([]);
  });

  test("is bounded in age, without anything happening in the channel", () => {
    const channels = kept({ age: 1000 });
    const { position } = channels.join("a", new FakeMember());
    channels.broadcast("a", "old");
    vi.advanceTimersByTime(800);
    const { position: middle } = channels.broadcast("a", "young");
    vi.advanceTimersByTime(201);
    expect(recovers(channels, position)).toBe("no");
    expect(recovers(channels, { ...position!, offset: 1 })).toEqual(["young"]);
    vi.advanceTimersByTime(1000);
    expect(recovers(channels, { ...position!, offset: 1 })).toBe("no");
    // Who missed nothing is recovered, however long the channel was quiet.
    vi.advanceTimersByTime(100_000_000);
    expect(recovers(channels, middle)).toEqual([]);
  });

  test("of a channel without members is forgotten, position and all, a while after its last message", () => {
    const channels = kept({ age: 1000, keep: 60_000 });
    const paul = new FakeMember();
    channels.join("a", paul);
    const { position } = channels.broadcast("a", "1");
    paul.close();
    vi.advanceTimersByTime(55_000);
    const [early] = members(1);
    expect(channels.join("a", early!, 0, { since: position }).recovered).toBe(true);
    early!.close();
    vi.advanceTimersByTime(75_000);
    expect(recovers(channels, position)).toBe("no");
  });

  test("of a channel with members is not forgotten", () => {
    const channels = kept({ age: 1000, keep: 1000 });
    channels.join("a", new FakeMember());
    const { position } = channels.broadcast("a", "1");
    vi.advanceTimersByTime(10_000_000);
    expect(recovers(channels, position)).toEqual([]);
  });

  test("leaves no timer running when nothing is kept any more", () => {
    const channels = kept({ age: 1000, keep: 1000 });
    expect(vi.getTimerCount()).toBe(0);
    const paul = new FakeMember();
    channels.join("a", paul);
    channels.broadcast("b", "1");
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100_000);
    expect(vi.getTimerCount()).toBe(1);
    paul.close();
    vi.advanceTimersByTime(100_000);
    expect(vi.getTimerCount()).toBe(0);
    channels.broadcast("b", "1");
    expect(vi.getTimerCount()).toBe(1);
  });

  test("is kept for a bounded number of channels without members: the one used longest ago goes first", () => {
    const channels = kept({}, { limits: { histories: 3 } });
    const paul = new FakeMember();
    const held = channels.join("held", paul).position;
    const at = [1, 2, 3].map((i) => channels.broadcast(i, "x").position!);
    channels.broadcast(1, "y");
    channels.broadcast(4, "x");
    expect(recovers(channels, at[0], 1)).toEqual(["y"]);
    expect(recovers(channels, at[2], 3)).toEqual([]);
    expect(recovers(channels, at[1], 2)).toBe("no");
    expect(recovers(channels, held, "held")).toEqual([]);
  });
});

describe("edges of what is kept", () => {
  test("a limit of no histories keeps those of channels with members alone", () => {
    const channels = kept({}, { limits: { histories: 0 } });
    const paul = new FakeMember();
    const { position } = channels.join("a", paul);
    channels.broadcast("a", "1");
    const again = new FakeMember();
    expect(channels.join("a", again, 0, { since: position }).recovered).toBe(true);
    again.close();
    paul.close();
    expect(channels.join("a", new FakeMember(), 0, { since: position }).recovered).toBe(false);
    expect(channels.broadcast("b", "1").position?.offset).toBe(1);
    expect(channels.broadcast("b", "1").position?.offset).toBe(1);
  });

  test("a channel that gets its first member pushes no other history out", () => {
    const channels = kept({}, { limits: { histories: 1 } });
    const { position } = channels.broadcast("a", "1");
    channels.join("b", new FakeMember());
    expect(channels.join("a", new FakeMember(), 0, { since: position }).recovered).toBe(true);
  });

  test("channels without a history come and go beside those that have one", () => {
    const channels = kept();
    const paul = new FakeMember();
    channels.join("plain", paul);
    channels.join("a", paul);
    expect(channels.leaveAll(paul)).toBe(2);
    expect(channels.join("a", paul).position?.offset).toBe(0);
  });

  test("a broadcast that is refused uses no offset", async () => {
    const channels = kept({}, { shards: () => 2, limits: { backlogBroadcasts: 1 } });
    for (const member of members(4)) channels.join("a", member);
    const first = channels.broadcast("a", "1");
    expect(channels.broadcast("a", "2")).toMatchObject({ dropped: 4, position: undefined });
    await first.done;
    expect(channels.broadcast("a", "3").position?.offset).toBe(2);
  });

  test("a join is done when it returns", async () => {
    const result = kept().join("a", new FakeMember());
    expect(await result.done).toBe(result);
  });
});

describe("a stamp", () => {
  const stamp: HistoryOptions["stamp"] = (data, { offset }) =>
    typeof data === "string" ? `${offset}:${data}` : Uint8Array.of(offset, ...data);

  test("puts the position into what members get, live and replayed", () => {
    const channels = kept({ stamp });
    const [paul, again] = members(2);
    const { position } = channels.join("a", paul!);
    for (const data of ["a", Uint8Array.of(9), text("\ufeffb"), binary(Uint8Array.of(8))]) {
      channels.broadcast("a", data);
    }
    channels.join("a", again!, 0, { since: position });
    expect(paul!.got).toEqual(["1:a", "0209", "3:\ufeffb", "0408"]);
    expect(again!.got).toEqual(paul!.got);
  });

  test("runs once per message, and not for what is not kept", () => {
    const counting = vi.fn(stamp);
    const channels = kept({ stamp: counting });
    for (const member of members(10)) channels.join("a", member);
    channels.broadcast("a", "x");
    channels.broadcast("a", "y", { history: false });
    expect(counting).toHaveBeenCalledTimes(1);
  });

  test("that throws is thrown by broadcast: nobody gets anything and no offset is used", () => {
    const channels = kept({
      stamp(data) {
        if (data === "bad") throw new Error("stamp");
        return data;
      },
    });
    const paul = new FakeMember();
    channels.join("a", paul);
    expect(() => channels.broadcast("a", "bad")).toThrow("stamp");
    expect(channels.broadcast("a", "good").position?.offset).toBe(1);
    expect(paul.got).toEqual(["good"]);
  });

  test("that makes no message is a TypeError, one that broadcasts an Error", () => {
    const paul = new FakeMember();
    const wrong = kept({ stamp: () => 5 as never });
    wrong.join("a", paul);
    expect(() => wrong.broadcast("a", "x")).toThrow(TypeError);
    let depth = 0;
    const nested: Any = kept({
      stamp(data) {
        if (depth++ === 0) nested.broadcast("a", "inner");
        return data;
      },
    });
    nested.join("a", paul);
    expect(() => nested.broadcast("a", "outer")).toThrow("must not broadcast");
    expect(paul.got).toEqual(["inner"]);
  });
});

test("whoever drops out and comes back at any time has every message once and in order, or is told", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant("send" as const) },
    { weight: 1, arbitrary: fc.constant("drop" as const) },
    { weight: 1, arbitrary: fc.constant("return" as const) },
    { weight: 1, arbitrary: fc.nat(2000) },
  );
  const bounds = fc.record({
    count: fc.nat(8),
    bytes: fc.integer({ min: 0, max: 60 }),
    age: fc.integer({ min: 0, max: 4000 }),
  });
  fc.assert(
    fc.property(bounds, fc.array(step, { maxLength: 80 }), (history, steps) => {
      const channels = kept(history);
      let member = new FakeMember();
      let since = channels.join("a", member).position!;
      const sent: string[] = [];
      /** What the client has, or believes to have after a fresh start. */
      let has: string[] = [];
      let online = true;
      for (const each of steps) {
        if (each === "send") {
          sent.push(`${sent.length}`);
          channels.broadcast("a", sent.at(-1)!);
        } else if (each === "drop" && online) {
          has.push(...member.got);
          since = { ...since, offset: since.offset + member.got.length };
          member.close();
          online = false;
        } else if (each === "return" && !online) {
          member = new FakeMember();
          const { recovered, position, replayed } = channels.join("a", member, 0, { since });
          online = true;
          if (recovered) {
            expect(position!.offset).toBe(since.offset + replayed);
          } else {
            // It asks for the state anew.
            has = sent.slice();
            since = position!;
            expect(member.got).toEqual([]);
          }
        } else if (typeof each === "number") vi.advanceTimersByTime(each);
      }
      if (online) expect([...has, ...member.got]).toEqual(sent);
      else expect(has).toEqual(sent.slice(0, has.length));
    }),
    { numRuns: 300 },
  );
});

test("a place that throws when it is looked at changes nothing", () => {
  const joins: unknown[] = [];
  const channels = new Channels({ history: () => ({}), onJoin: (id) => void joins.push(id) });
  const member = new FakeMember();
  const since = {
    get epoch(): string {
      throw new Error("not yours");
    },
    offset: 0,
  };
  expect(() => channels.join("a", member, undefined, { since })).toThrow("not yours");
  expect(channels.has("a", member)).toBe(false);
  channels.join("b", member);
  expect(joins).toEqual(["b"]);
});
