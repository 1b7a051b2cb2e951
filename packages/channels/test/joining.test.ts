import { describe, expect, test } from "vitest";
import { Channels } from "../src/index.ts";
import { FakeMember, members } from "./support/fake-member.ts";

describe("a member", () => {
  test("joins, is there, leaves, is not there", () => {
    const channels = new Channels();
    const paul = new FakeMember();
    expect(channels.has("arrakis", paul)).toBe(false);
    expect(channels.join("arrakis", paul).status).toBe("joined");
    expect(channels.has("arrakis", paul)).toBe(true);
    expect([channels.size("arrakis"), channels.channelsOf(paul)]).toEqual([1, ["arrakis"]]);
    expect(channels.leave("arrakis", paul)).toBe(true);
    expect(channels.has("arrakis", paul)).toBe(false);
    expect([channels.size("arrakis"), channels.channelsOf(paul)]).toEqual([0, []]);
  });

  test("may leave a channel that it is not in, or that nobody is in", () => {
    const channels = new Channels();
    const [paul, jessica] = members(2);
    expect(channels.leave("arrakis", paul!)).toBe(false);
    channels.join("arrakis", jessica!);
    expect(channels.leave("arrakis", paul!)).toBe(false);
    expect(channels.leaveAll(paul!)).toBe(0);
    expect(channels.size("arrakis")).toBe(1);
  });

  test("that joins again changes nothing, and is told", () => {
    const channels = new Channels();
    const paul = new FakeMember();
    channels.join("arrakis", paul, { water: 1 });
    expect(channels.join("arrakis", paul, { water: 2 }).status).toBe("already");
    expect([...channels.members("arrakis")]).toEqual([[paul, { water: 1 }]]);
    expect(channels.broadcast("arrakis", "once").sent).toBe(1);
    expect(paul.got).toEqual(["once"]);
    expect(channels.leave("arrakis", paul)).toBe(true);
    expect(channels.has("arrakis", paul)).toBe(false);
  });

  test("that joins again with replace has the new meta and its old place", () => {
    const channels = new Channels();
    const [paul, jessica] = members(2);
    channels.join("arrakis", paul!, "old");
    channels.join("arrakis", jessica!, "other");
    expect(channels.join("arrakis", paul!, "new", { replace: true }).status).toBe("replaced");
    expect([...channels.members("arrakis")].map(([, meta]) => meta)).toEqual(["new", "other"]);
    expect(channels.meta("arrakis", paul!)).toBe("new");
  });

  test("with replace joins like anybody else where it is not a member yet", () => {
    const channels = new Channels();
    expect(channels.join("arrakis", new FakeMember(), 1, { replace: true }).status).toBe("joined");
  });

  test("that left and came back is last, with the meta that it brings", () => {
    const channels = new Channels();
    const [paul, jessica] = members(2);
    channels.join("arrakis", paul!, 1);
    channels.join("arrakis", jessica!, 2);
    channels.leave("arrakis", paul!);
    expect(channels.join("arrakis", paul!, 3).status).toBe("joined");
    expect([...channels.members("arrakis")]).toEqual([
      [jessica, 2],
      [paul, 3],
    ]);
  });

  test("has no meta where it is no member, or brought none", () => {
    const channels = new Channels();
    const paul = new FakeMember();
    expect(channels.meta("arrakis", paul)).toBeUndefined();
    channels.join("arrakis", paul);
    expect(channels.meta("arrakis", paul)).toBeUndefined();
  });

  test("is in many channels, with a meta for each, and leaves one without leaving the others", () => {
    const channels = new Channels();
    const paul = new FakeMember();
    const ids = Array.from({ length: 100 }, (_, i) => `sietch ${i}`);
    for (const [i, id] of ids.entries()) channels.join(id, paul, i);
    expect(channels.channelsOf(paul)).toEqual(ids);
    expect(ids.map((id) => channels.meta(id, paul))).toEqual(ids.map((_, i) => i));
    for (const i of [50, 0, 99]) channels.leave(`sietch ${i}`, paul);
    expect(channels.channelsOf(paul)).toEqual(ids.filter((_, i) => ![50, 0, 99].includes(i)));
    expect(channels.leaveAll(paul)).toBe(97);
    expect(channels.channelsOf(paul)).toEqual([]);
    expect([...channels.ids()]).toEqual([]);
  });

  test("leaves everything when its connection closes, by itself", () => {
    const channels = new Channels();
    const [paul, jessica] = members(2);
    for (const id of ["a", "b"]) for (const member of [paul!, jessica!]) channels.join(id, member);
    paul!.close();
    expect(channels.channelsOf(paul!)).toEqual([]);
    expect([channels.size("a"), channels.size("b")]).toEqual([1, 1]);
    expect(channels.broadcast("a", "x")).toMatchObject({ sent: 1, closed: 0 });
  });

  test("that joins after its connection is closed does not: it is told, and no ghost remains", () => {
    const channels = new Channels();
    const [late, paul] = members(2);
    late!.close();
    channels.join("a", paul!);
    paul!.close();
    for (const member of [late!, paul!, late!]) {
      expect(channels.join("a", member).status).toBe("closed");
      expect(channels.has("a", member)).toBe(false);
    }
    expect(channels.size("a")).toBe(0);
    expect([...channels.ids()]).toEqual([]);
  });

  test.each(["leave", "leaveAll"] as const)(
    "is asked once to tell of its end, however often it comes and goes by %s",
    (way) => {
      const channels = new Channels();
      const paul = new FakeMember();
      for (let i = 0; i < 10; i++) {
        channels.join("a", paul);
        channels.join("b", paul);
        if (way === "leaveAll") channels.leaveAll(paul);
        else for (const id of ["a", "b"]) channels.leave(id, paul);
      }
      expect(paul.asked).toBe(1);
      channels.join("a", paul);
      paul.close();
      expect(channels.size("a")).toBe(0);
    },
  );

  test("of two objects of Channels is asked by each", () => {
    const [one, other] = [new Channels(), new Channels()];
    const paul = new FakeMember();
    one.join("a", paul);
    other.join("a", paul);
    one.leave("a", paul);
    expect(other.has("a", paul)).toBe(true);
    paul.close();
    expect(other.size("a")).toBe(0);
  });
});

describe("a channel", () => {
  test.each([
    ["a string", "arrakis", "caladan"],
    ["the empty string", "", " "],
    ["a number", 1, "1"],
    ["zero", 0, false],
    ["NaN", Number.NaN, undefined],
    ["undefined", undefined, null],
    ["a symbol", Symbol("a"), Symbol("a")],
    ["a bigint", 1n, 1],
    ["an object", { a: 1 }, { a: 1 }],
    ["a function", () => 1, () => 1],
  ])("is named by any value: %s", (_, id, another) => {
    const channels = new Channels();
    const [paul, jessica] = members(2);
    channels.join(id, paul!);
    channels.join(another, jessica!);
    expect([...channels.ids()]).toEqual([id, another]);
    expect(channels.channelsOf(paul!)).toEqual([id]);
    expect([channels.has(id, paul!), channels.has(another, paul!)]).toEqual([true, false]);
    channels.broadcast(id, "x");
    expect([paul!.got, jessica!.got]).toEqual([["x"], []]);
    channels.leave(id, paul!);
    expect([...channels.ids()]).toEqual([another]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype"])(
    "may be called %s: names touch no prototype",
    async (name) => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const channels = new Channels({
        presence: { key: (_, meta) => meta },
        history: () => ({}),
      });
      const paul = new FakeMember();
      expect([channels.size(name), channels.has(name, paul), channels.presence(name)]).toEqual([
        0,
        false,
        [],
      ]);
      const { position } = channels.join(name, paul, name);
      channels.broadcast(name, name);
      expect(channels.join(name, new FakeMember(), name, { since: position }).recovered).toBe(true);
      expect(channels.presence(name)).toEqual([{ key: name, meta: name, connections: 2 }]);
      expect(channels.reduce(name, (count) => count + 1, 0)).toBe(2);
      channels.leaveAll(paul);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      expect(({} as Record<string, unknown>)["write"]).toBeUndefined();
    },
  );

  test("lists its members with their meta, in the order in which they came", () => {
    const channels = new Channels();
    const all = members(5);
    for (const [i, member] of all.entries()) channels.join("a", member, i);
    expect([...channels.members("a")]).toEqual(all.map((member, i) => [member, i]));
    expect([...channels.members("nobody")]).toEqual([]);
  });

  test("is folded over with meta", () => {
    const channels = new Channels<{ a: { meta: number } }>();
    for (const [i, member] of members(5).entries()) channels.join("a", member, i);
    expect(channels.reduce("a", (sum, _member, meta) => sum + meta, 100)).toBe(110);
    expect(new Channels().reduce("nobody", () => 1, 0)).toBe(0);
  });

  test("is listed while members come and go: who left is passed over, who came later is not met", () => {
    const channels = new Channels();
    const all = members(4);
    for (const member of all) channels.join("a", member);
    const iterator = channels.members("a");
    expect(iterator.next().value![0]).toBe(all[0]);
    channels.leave("a", all[1]!);
    channels.leave("a", all[0]!);
    channels.join("a", all[0]!);
    channels.join("a", new FakeMember("late"));
    expect([...iterator].map(([member]) => (member as FakeMember).name)).toEqual(["2", "3"]);
  });

  test("that is empty is gone: nothing is kept of it", () => {
    const channels = new Channels();
    const all = members(1000);
    for (const [i, member] of all.entries()) channels.join(`room ${i % 10}`, member);
    expect([...channels.ids()]).toHaveLength(10);
    for (const [i, member] of all.entries()) {
      if (i % 2 === 0) member.close();
      else channels.leave(`room ${i % 10}`, member);
    }
    expect([...channels.ids()]).toEqual([]);
  });
});
