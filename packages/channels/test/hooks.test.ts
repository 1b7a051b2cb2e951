import { afterEach, describe, expect, test, vi } from "vitest";
import { Channels } from "../src/index.ts";
import { FakeMember, members, turn } from "./support/fake-member.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Channels whose hooks write down what they are told. */
function noted(options: object = {}): { channels: Channels<unknown, FakeMember>; notes: string[] } {
  const notes: string[] = [];
  const channels = new Channels<unknown, FakeMember>({
    onJoin: (id, { name }, meta) => void notes.push(`join ${id} ${name} ${meta}`),
    onLeave: (id, { name }, meta) => void notes.push(`leave ${id} ${name} ${meta}`),
    onEmpty: (id) => void notes.push(`empty ${id}`),
    ...options,
  });
  return { channels, notes };
}

describe("hooks", () => {
  test("tell of joins and leaves with meta, and of the last leave that the channel is empty", () => {
    const { channels, notes } = noted();
    const [paul, jessica] = [new FakeMember("paul"), new FakeMember("jessica")];
    channels.join("a", paul, 1);
    channels.join("a", jessica, 2);
    channels.leave("a", paul);
    channels.leave("a", jessica);
    expect(notes).toEqual([
      "join a paul 1",
      "join a jessica 2",
      "leave a paul 1",
      "leave a jessica 2",
      "empty a",
    ]);
  });

  test("do not tell of what changed nothing, nor of meta that was replaced; the new meta leaves", () => {
    const { channels, notes } = noted();
    const paul = new FakeMember("paul");
    channels.leave("a", paul);
    channels.join("a", paul, 1);
    channels.join("a", paul, 2);
    channels.join("a", paul, 3, { replace: true });
    notes.length = 0;
    channels.leaveAll(paul);
    channels.leaveAll(paul);
    expect(notes).toEqual(["leave a paul 3", "empty a"]);
  });

  test("tell of each channel when a connection closes", () => {
    const { channels, notes } = noted();
    const [paul, jessica] = [new FakeMember("paul"), new FakeMember("jessica")];
    for (const id of ["a", "b"]) channels.join(id, paul);
    channels.join("b", jessica);
    notes.length = 0;
    paul.close();
    expect(notes).toEqual(["leave a paul undefined", "empty a", "leave b paul undefined"]);
  });

  test("see the change made: who joined is a member, who left is none, in no channel", () => {
    const seen: unknown[] = [];
    const channels: Channels<unknown, FakeMember> = new Channels({
      onJoin: (id, member) => void seen.push(channels.has(id, member)),
      onLeave: (_id, member) => void seen.push(channels.channelsOf(member)),
      onEmpty: (id) => void seen.push([...channels.ids()].includes(id)),
    });
    const paul = new FakeMember();
    channels.join("a", paul);
    channels.join("b", paul);
    paul.close();
    expect(seen).toEqual([true, true, [], false, [], false]);
  });

  test("run before the call returns that caused them", () => {
    const { channels, notes } = noted();
    const paul = new FakeMember("paul");
    channels.join("a", paul);
    expect(notes).toHaveLength(1);
    channels.leave("a", paul);
    expect(notes).toHaveLength(3);
  });

  test("run one after another: what a hook causes is told when it has returned", () => {
    const notes: string[] = [];
    const channels: Channels<unknown, FakeMember> = new Channels({
      onJoin(id, member) {
        notes.push(`join ${id} begins`);
        if (id === "a") channels.join("b", member);
        notes.push(`join ${id} ends`);
      },
    });
    channels.join("a", new FakeMember());
    expect(notes).toEqual(["join a begins", "join a ends", "join b begins", "join b ends"]);
  });

  test("may say hello and goodbye in the channel: the new member gets its own hello, nobody else's goodbye is late", () => {
    const channels: Channels<unknown, FakeMember> = new Channels({
      onJoin: (id, { name }) => void channels.broadcast(id, `hello ${name}`),
      onLeave: (id, { name }) => void channels.broadcast(id, `goodbye ${name}`),
    });
    const [paul, jessica] = [new FakeMember("paul"), new FakeMember("jessica")];
    channels.join("a", paul);
    channels.join("a", jessica);
    jessica.close();
    expect(paul.got).toEqual(["hello paul", "hello jessica", "goodbye jessica"]);
    expect(jessica.got).toEqual(["hello jessica"]);
  });

  test("wait for a broadcast to end: all get it before the goodbye to whom it closed", () => {
    const channels: Channels<unknown, FakeMember> = new Channels({
      onLeave: (id, { name }) => void channels.broadcast(id, `goodbye ${name}`),
    });
    const all = members(4);
    for (const member of all) channels.join("a", member);
    all[1]!.reaction = () => all[1]!.close();
    channels.broadcast("a", "x");
    expect(all.map(({ got }) => got)).toEqual([
      ["x", "goodbye 1"],
      ["x"],
      ["x", "goodbye 1"],
      ["x", "goodbye 1"],
    ]);
  });

  test("wait for the slice of a broadcast to end, and their broadcasts for all of it", async () => {
    const channels: Channels<unknown, FakeMember> = new Channels({
      shards: () => 2,
      onLeave: (id, { name }) => void channels.broadcast(id, `goodbye ${name}`),
    });
    const all = members(4);
    for (const member of all) channels.join("a", member);
    all[0]!.reaction = () => all[0]!.close();
    await channels.broadcast("a", "x").done;
    while (all[3]!.got.length < 2) await turn();
    expect(all.map(({ got }) => got)).toEqual([["x"], ...Array(3).fill(["x", "goodbye 0"])]);
  });

  test("survive a cascade: the goodbye to one closes the next, 2,000 times", () => {
    const channels: Channels<unknown, FakeMember> = new Channels({
      onLeave: (id, { name }) => void channels.broadcast(id, name),
    });
    const all = members(2000);
    for (const [i, member] of all.entries()) {
      channels.join("a", member);
      member.reaction = (data) => {
        if (data === `${i - 1}`) member.close();
      };
    }
    all[0]!.close();
    expect(channels.size("a")).toBe(0);
    expect(all.every(({ got }, i) => got.length === i)).toBe(true);
  });
});

describe("what a hook throws", () => {
  const failing = (): Channels<unknown, FakeMember> & { errors?: unknown[] } => {
    const errors: unknown[] = [];
    const channels: Channels<unknown, FakeMember> & { errors?: unknown[] } = new Channels({
      onJoin() {
        throw new Error("join");
      },
      async onLeave() {
        throw new Error("leave");
      },
      onEmpty() {
        throw new Error("empty");
      },
      onError: (error) => void errors.push(error),
    });
    channels.errors = errors;
    return channels;
  };

  test("is reported, and so is what it rejects with; calls and other hooks go on", async () => {
    const channels = failing();
    const paul = new FakeMember();
    expect(channels.join("a", paul).status).toBe("joined");
    expect(channels.leave("a", paul)).toBe(true);
    await turn();
    expect(channels.errors).toEqual([new Error("join"), new Error("empty"), new Error("leave")]);
  });

  test("does no harm when onError throws, too", () => {
    const { channels } = noted({
      onJoin() {
        throw new Error("join");
      },
      onError() {
        throw new Error("onError");
      },
    });
    expect(channels.join("a", new FakeMember()).status).toBe("joined");
  });

  test("is printed when there is no onError", () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const fault = new Error("join");
    const { channels } = noted({
      onJoin() {
        throw fault;
      },
    });
    channels.join("a", new FakeMember());
    expect(print).toHaveBeenCalledExactlyOnceWith(fault);
  });
});
