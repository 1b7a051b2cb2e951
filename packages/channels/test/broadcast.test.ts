import { binary, text } from "@exws/frame";
import { describe, expect, test } from "vitest";
import { Channels, type WriteResult } from "../src/index.ts";
import { FakeMember, members } from "./support/fake-member.ts";

function room(count: number, options = {}): { channels: Channels<unknown, FakeMember>; all: FakeMember[] } {
  const channels = new Channels<unknown, FakeMember>(options);
  const all = members(count);
  for (const [i, member] of all.entries()) channels.join("a", member, i);
  return { channels, all };
}

describe("a broadcast", () => {
  test("reaches every member of its channel once, and nobody else", () => {
    const { channels, all } = room(3);
    const stranger = new FakeMember();
    channels.join("b", stranger);
    expect(channels.broadcast("a", "spice")).toEqual({
      sent: 3,
      queued: 0,
      dropped: 0,
      closed: 0,
      pending: 0,
    });
    expect(all.map(({ got }) => got)).toEqual([["spice"], ["spice"], ["spice"]]);
    expect(stranger.got).toEqual([]);
  });

  test("is framed once: every member is given the same object", () => {
    const { channels, all } = room(3);
    for (const data of ["text", Uint8Array.of(1, 2)]) {
      channels.broadcast("a", data);
      expect(new Set(all.map(({ messages }) => messages.at(-1)!)).size).toBe(1);
    }
    const prepared = text("prepared");
    channels.broadcast("a", prepared);
    expect(all.every(({ messages }) => messages.at(-1) === prepared)).toBe(true);
  });

  test("is text for a string, binary for bytes, and what it is when prepared", () => {
    const { channels, all } = room(1);
    for (const data of ["s", Uint8Array.of(1), Buffer.from([2]), text("t"), binary(Uint8Array.of(3))]) {
      channels.broadcast("a", data);
    }
    expect(all[0]!.messages.map(({ type }) => type)).toEqual(["text", "binary", "binary", "text", "binary"]);
    expect(all[0]!.got).toEqual(["s", "01", "02", "t", "03"]);
  });

  test("copies bytes: they may be changed as soon as it returns", () => {
    const { channels, all } = room(1);
    const bytes = Uint8Array.of(1, 2);
    channels.broadcast("a", bytes);
    bytes.fill(9);
    expect([...all[0]!.messages[0]!.payload]).toEqual([1, 2]);
  });

  test("to a channel without members counts nothing", () => {
    expect(new Channels().broadcast("nobody", "x")).toMatchObject({ sent: 0, pending: 0, dropped: 0 });
  });

  test("reaches the sender, too, when it is a member; except leaves it out", () => {
    const { channels, all } = room(2);
    expect(channels.broadcast("a", "x").sent).toBe(2);
    expect(channels.broadcast("a", "y", { except: all[0]! }).sent).toBe(1);
    expect(all.map(({ got }) => got)).toEqual([["x"], ["x", "y"]]);
  });

  test("leaves out one, several, or who is no member at all", () => {
    const { channels, all } = room(4);
    const stranger = new FakeMember();
    expect(channels.broadcast("a", "x", { except: [all[0]!, all[2]!, stranger] }).sent).toBe(2);
    expect(channels.broadcast("a", "x", { except: new Set([all[1]!]) }).sent).toBe(3);
    expect(channels.broadcast("a", "x", { except: [] }).sent).toBe(4);
    expect(channels.broadcast("a", "x", { except: stranger }).sent).toBe(4);
    expect(all.map(({ got }) => got.length)).toEqual([3, 3, 3, 4]);
  });

  test("reaches only those that the filter lets through", () => {
    const { channels, all } = room(4);
    const filter = (member: FakeMember, meta: unknown) => member.name === `${meta}` && (meta as number) > 1;
    expect(channels.broadcast("a", "x", { filter })).toMatchObject({ sent: 2 });
    expect(channels.broadcast("a", "x", { filter, except: all[3]! })).toMatchObject({ sent: 1 });
    expect(all.map(({ got }) => got.length)).toEqual([0, 0, 2, 1]);
  });

  test("counts what became of it, member by member", () => {
    const { channels, all } = room(10);
    const verdicts: WriteResult[] = ["sent", "sent", "sent", "sent", "queued", "queued", "queued", "dropped"];
    for (const [i, verdict] of verdicts.entries()) all[i]!.verdict = verdict;
    all[8]!.verdict = "closed";
    all[9]!.verdict = "nonsense" as WriteResult;
    expect(channels.broadcast("a", "x")).toMatchObject({ sent: 4, queued: 3, dropped: 1, closed: 2 });
  });

  test("counts a member that throws as closed, reports it, and serves the others", () => {
    const errors: unknown[] = [];
    const { channels, all } = room(3, { onError: (error: unknown) => errors.push(error) });
    const fault = new Error("write");
    all[1]!.reaction = () => {
      throw fault;
    };
    expect(channels.broadcast("a", "x")).toMatchObject({ sent: 2, closed: 1 });
    expect(errors).toEqual([fault]);
    expect(channels.has("a", all[1]!)).toBe(true);
  });

  test("passes over a member for which the filter throws, and reports it", () => {
    const errors: unknown[] = [];
    const { channels, all } = room(3, { onError: (error: unknown) => errors.push(error) });
    const fault = new Error("filter");
    const filter = (member: FakeMember) => {
      if (member === all[1]) throw fault;
      return true;
    };
    expect(channels.broadcast("a", "x", { filter })).toMatchObject({ sent: 2, closed: 0 });
    expect(errors).toEqual([fault]);
    expect(all[1]!.got).toEqual([]);
  });

  test("is done when it returns, and says so as often as it is asked", async () => {
    const { channels } = room(2);
    const result = channels.broadcast("a", "x");
    expect(result.pending).toBe(0);
    expect(await result.done).toBe(result);
    expect(result.done).toBe(result.done);
  });

  test.each([
    ["undefined", undefined],
    ["a number", 5],
    ["an array", [1]],
    ["an ArrayBuffer", new ArrayBuffer(1)],
    ["an object", { type: "text" }],
    ["null", null],
  ])("of %s is a TypeError, also where nobody would get it", (_, data) => {
    const { channels, all } = room(1);
    for (const id of ["a", "nobody"]) {
      expect(() => channels.broadcast(id, data as never)).toThrow(TypeError);
    }
    expect(all[0]!.got).toEqual([]);
  });

  test.each([
    ["except", { except: 5 }],
    ["except", { except: {} }],
    ["except", { except: null }],
    ["filter", { filter: true }],
  ])("with a wrong %s is a TypeError that names it", (name, options) => {
    const { channels } = room(1);
    expect(() => channels.broadcast("a", "x", options as never)).toThrow(TypeError);
    expect(() => channels.broadcast("a", "x", options as never)).toThrow(name);
  });
});

describe("while a broadcast is served at once", () => {
  test("who leaves before its turn gets nothing, who joins gets nothing, who leaves after its turn has had it", () => {
    const { channels, all } = room(4);
    const late = new FakeMember("late");
    all[1]!.reaction = () => {
      channels.leave("a", all[0]!);
      channels.leave("a", all[2]!);
      channels.join("a", late);
    };
    expect(channels.broadcast("a", "x").sent).toBe(3);
    expect(all.map(({ got }) => got.length)).toEqual([1, 1, 0, 1]);
    expect(late.got).toEqual([]);
    all[1]!.reaction = undefined;
    expect(channels.broadcast("a", "y").sent).toBe(3);
    expect(late.got).toEqual(["y"]);
  });

  test("who leaves and joins again gets it no second time", () => {
    const { channels, all } = room(3);
    for (const each of all) {
      each.reaction = (data) => {
        if (data !== "x") return;
        channels.leave("a", each);
        channels.join("a", each);
      };
    }
    channels.broadcast("a", "x");
    expect(all.map(({ got }) => got)).toEqual([["x"], ["x"], ["x"]]);
  });

  test("a filter that makes the member leave keeps it from getting the message", () => {
    const { channels, all } = room(2);
    const filter = (member: FakeMember) => {
      channels.leave("a", member);
      return true;
    };
    expect(channels.broadcast("a", "x", { filter })).toMatchObject({ sent: 0 });
    expect(all.map(({ got }) => got)).toEqual([[], []]);
  });

  test("a member that closes is out of all channels, and everybody else is served", () => {
    const { channels, all } = room(3);
    for (const member of all) channels.join("b", member);
    all[0]!.reaction = () => all[1]!.close();
    expect(channels.broadcast("a", "x")).toMatchObject({ sent: 2, closed: 0 });
    expect([channels.size("a"), channels.size("b")]).toEqual([2, 2]);
  });

  test("a member may answer with a broadcast: everybody gets both, the first one first", async () => {
    const { channels, all } = room(3);
    let answer: ReturnType<typeof channels.broadcast> | undefined;
    all[0]!.reaction = (data) => {
      if (data === "question") answer = channels.broadcast("a", "answer");
    };
    expect(channels.broadcast("a", "question").sent).toBe(3);
    expect(answer).toMatchObject({ sent: 0, pending: 3 });
    expect(await answer!.done).toMatchObject({ sent: 3, pending: 0 });
    expect(all.map(({ got }) => got)).toEqual(all.map(() => ["question", "answer"]));
  });

  test("a broadcast behind one that waits waits, too", async () => {
    const { channels, all } = room(2);
    all[0]!.reaction = (data) => {
      if (data === "1") channels.broadcast("a", "2");
    };
    channels.broadcast("a", "1");
    const last = channels.broadcast("a", "3");
    expect(last.pending).toBe(2);
    await last.done;
    expect(all.map(({ got }) => got)).toEqual(all.map(() => ["1", "2", "3"]));
  });

  test("a broadcast to another channel is served at once", () => {
    const { channels, all } = room(2);
    channels.join("b", all[1]!);
    all[0]!.reaction = () => channels.broadcast("b", "other");
    channels.broadcast("a", "x");
    expect(all[1]!.got).toEqual(["other", "x"]);
  });
});
