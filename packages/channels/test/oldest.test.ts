import { describe, expect, test } from "vitest";
import { Channels, type HistoryOptions } from "../src/index.ts";
import { FakeMember } from "./support/fake-member.ts";

type Any = Channels<unknown, FakeMember>;

function kept(history: HistoryOptions = {}): Any {
  return new Channels<unknown, FakeMember>({ history: (id) => (id === "plain" ? undefined : history) });
}

function join(channels: Any, id = "a", verdict: FakeMember["verdict"] = "sent") {
  const member = new FakeMember();
  member.verdict = verdict;
  const result = channels.join(id, member, undefined, { since: "oldest" });
  return { member, result };
}

describe("a join since the oldest", () => {
  test.each([
    [0, 5],
    [1, 5],
    [5, 5],
    [6, 5],
    [100, 7],
    [3, 0],
  ])("of %i messages replays all of the last %i, before anything new", (said, count) => {
    const channels = kept({ count });
    const offset = said;
    for (let i = 1; i <= said; i++) channels.broadcast("a", `${i}`);
    const { member, result } = join(channels);
    const left = Math.min(said, count);
    expect(result).toMatchObject({ status: "joined", recovered: true, replayed: left, position: { offset } });
    channels.broadcast("a", "new");
    const lines = Array.from({ length: left }, (_, i) => `${said - left + 1 + i}`);
    expect(member.got).toEqual([...lines, "new"]);
  });

  test("of a channel without a history replays nothing, and says so", () => {
    const channels = kept();
    channels.broadcast("plain", "gone");
    const { member, result } = join(channels, "plain");
    expect(result).toMatchObject({ recovered: false, replayed: 0, position: undefined });
    expect(member.got).toEqual([]);
  });

  test("that the bound of the member cuts short is not recovered", () => {
    const channels = kept();
    for (const data of ["1", "2"]) channels.broadcast("a", data);
    const { result } = join(channels, "a", "dropped");
    expect(result).toMatchObject({ recovered: false, replayed: 0 });
  });

  test("is no position: other words are none, either", () => {
    const channels = kept();
    channels.join("a", new FakeMember());
    channels.broadcast("a", "1");
    for (const since of ["newest", "", "Oldest", ["oldest"], { epoch: "oldest", offset: 0 }]) {
      const member = new FakeMember();
      const { recovered } = channels.join("a", member, undefined, { since: since as never });
      expect([recovered, member.got]).toEqual([false, []]);
    }
  });
});
