import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channels, type ChannelsOptions, type PresenceDiff } from "../src/index.ts";
import { FakeMember, turn } from "./support/fake-member.ts";

type User = { user: string; mood?: string };
type Types = { [room: string]: { meta: User } };

function tracked(options: ChannelsOptions<Types, FakeMember> = {}) {
  const diffs: { id: unknown; diff: PresenceDiff<User> }[] = [];
  const channels = new Channels<Types, FakeMember>({
    presence: {
      key: (_member, meta) => (meta.user === "ghost" ? undefined : meta.user),
      onChange: (id, diff) => void diffs.push({ id, diff }),
    },
    ...options,
  });
  /** The diffs since the last time, as lines. */
  const lines = async () => {
    await turn();
    await turn();
    return diffs
      .splice(0)
      .map(({ id, diff: { joined, left, changed } }) =>
        [
          id,
          ...joined.map(({ key, connections }) => `+${key}${connections}`),
          ...left.map(({ key, connections }) => `-${key}${connections}`),
          ...changed.map(({ key, meta }) => `~${key} ${meta.mood}`),
        ].join(" "),
      );
  };
  return { channels, lines };
}

describe("presence", () => {
  test("lists who is here with meta, in the order of their coming", () => {
    const { channels } = tracked();
    channels.join("a", new FakeMember(), { user: "paul", mood: "calm" });
    channels.join("a", new FakeMember(), { user: "jessica" });
    expect(channels.presence("a")).toEqual([
      { key: "paul", meta: { user: "paul", mood: "calm" }, connections: 1 },
      { key: "jessica", meta: { user: "jessica" }, connections: 1 },
    ]);
    expect(channels.presence("b")).toEqual([]);
  });

  test("is empty where it is not kept", () => {
    const channels = new Channels();
    channels.join("a", new FakeMember());
    expect(channels.presence("a")).toEqual([]);
  });

  test("counts several connections of one user as one, until the last is gone", async () => {
    const { channels, lines } = tracked();
    const [phone, laptop] = [new FakeMember(), new FakeMember()];
    channels.join("a", phone, { user: "paul", mood: "on the phone" });
    expect(await lines()).toEqual(["a +paul1"]);
    channels.join("a", laptop, { user: "paul", mood: "at the desk" });
    expect(await lines()).toEqual([]);
    expect(channels.presence("a")).toEqual([
      { key: "paul", meta: { user: "paul", mood: "on the phone" }, connections: 2 },
    ]);
    phone.close();
    expect(await lines()).toEqual([]);
    expect(channels.presence("a")).toHaveLength(1);
    channels.leave("a", laptop);
    expect(await lines()).toEqual(["a -paul0"]);
    expect(channels.presence("a")).toEqual([]);
  });

  test("tells each channel's changes of a turn in one diff, behind the turn", async () => {
    const { channels, lines } = tracked();
    const paul = new FakeMember();
    channels.join("a", paul, { user: "paul" });
    channels.join("a", new FakeMember(), { user: "jessica" });
    channels.join("b", paul, { user: "paul" });
    expect(await lines()).toEqual(["a +paul1 +jessica1", "b +paul1"]);
    paul.close();
    channels.join("b", new FakeMember(), { user: "leto" });
    expect(await lines()).toEqual(["a -paul0", "b +leto1 -paul0"]);
  });

  test("says nothing of who came and went, or went and came back, within a turn", async () => {
    const { channels, lines } = tracked();
    const [paul, jessica] = [new FakeMember(), new FakeMember()];
    const meta = { user: "jessica" };
    channels.join("a", jessica, meta);
    await lines();
    channels.join("a", paul, { user: "paul" });
    channels.leave("a", paul);
    channels.leave("a", jessica);
    channels.join("a", new FakeMember(), meta);
    expect(await lines()).toEqual([]);
    expect(channels.presence("a")).toEqual([{ key: "jessica", meta, connections: 1 }]);
  });

  test("forgets a channel that came and went within a turn", async () => {
    const { channels, lines } = tracked();
    const paul = new FakeMember();
    channels.join("a", paul, { user: "paul" });
    channels.leave("a", paul);
    expect(await lines()).toEqual([]);
    channels.join("a", paul, { user: "paul" });
    expect(await lines()).toEqual(["a +paul1"]);
  });

  test("tells when meta is replaced, of whichever connection", async () => {
    const { channels, lines } = tracked();
    const [phone, laptop] = [new FakeMember(), new FakeMember()];
    channels.join("a", phone, { user: "paul", mood: "calm" });
    channels.join("a", laptop, { user: "paul", mood: "calm" });
    await lines();
    channels.join("a", laptop, { user: "paul", mood: "angry" }, { replace: true });
    expect(await lines()).toEqual(["a ~paul angry"]);
    expect(channels.presence("a")[0]!.meta.mood).toBe("angry");
    channels.join("a", laptop, { user: "paul", mood: "ignored" });
    expect(await lines()).toEqual([]);
  });

  test("moves a connection to another user when its new meta says so", async () => {
    const { channels, lines } = tracked();
    const [one, two] = [new FakeMember(), new FakeMember()];
    channels.join("a", one, { user: "paul" });
    channels.join("a", two, { user: "paul" });
    await lines();
    channels.join("a", two, { user: "usul" }, { replace: true });
    expect(await lines()).toEqual(["a +usul1"]);
    channels.join("a", one, { user: "usul" }, { replace: true });
    expect(await lines()).toEqual(["a -paul0"]);
    expect(channels.presence("a")).toEqual([{ key: "usul", meta: { user: "usul" }, connections: 2 }]);
  });

  test("does not show members without a key, who may be shown later and hide again", async () => {
    const { channels, lines } = tracked();
    const spy = new FakeMember();
    channels.join("a", spy, { user: "ghost" });
    expect([channels.presence("a"), channels.size("a")]).toEqual([[], 1]);
    channels.join("a", spy, { user: "spy" }, { replace: true });
    expect(await lines()).toEqual(["a +spy1"]);
    channels.join("a", spy, { user: "ghost" }, { replace: true });
    expect(await lines()).toEqual(["a -spy0"]);
    spy.close();
    expect(await lines()).toEqual([]);
  });

  test("works without anybody to tell", () => {
    const channels = new Channels({ presence: { key: (_, meta) => meta } });
    const paul = new FakeMember();
    channels.join("a", paul, "paul");
    channels.join("a", paul, "usul", { replace: true });
    expect(channels.presence("a")).toEqual([{ key: "usul", meta: "usul", connections: 1 }]);
  });

  test("a key that throws is thrown by join, and nothing has changed", () => {
    const channels = new Channels({
      presence: {
        key() {
          throw new Error("key");
        },
      },
    });
    expect(() => channels.join("a", new FakeMember())).toThrow("key");
    expect([...channels.ids()]).toEqual([]);
  });

  test("what onChange throws is reported", async () => {
    const errors: unknown[] = [];
    const { channels } = tracked({
      onError: (error) => void errors.push(error),
      presence: {
        key: (_, meta) => meta.user,
        onChange() {
          throw new Error("onChange");
        },
      },
    });
    channels.join("a", new FakeMember(), { user: "paul" });
    await turn();
    expect(errors).toEqual([new Error("onChange")]);
  });

  test("diffs, added up, are the list, whatever happens in whichever turn", async () => {
    const step = fc.record({
      do: fc.constantFrom("join", "replace", "leave", "close", "turn"),
      who: fc.nat(5),
      user: fc.constantFrom("x", "y", "z", "ghost"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const all = Array.from({ length: 6 }, () => new FakeMember());
        const shown = new Map<unknown, unknown>();
        const faults: unknown[] = [];
        const channels = new Channels<Types, FakeMember>({
          presence: {
            key: (_, { user }) => (user === "ghost" ? undefined : user),
            onChange(_, { joined, left, changed }) {
              for (const { key, meta } of joined) {
                expect(shown.has(key)).toBe(false);
                shown.set(key, meta);
              }
              for (const { key } of left) expect(shown.delete(key)).toBe(true);
              for (const { key, meta } of changed) {
                expect(shown.has(key)).toBe(true);
                shown.set(key, meta);
              }
            },
          },
          onError: (error) => void faults.push(error),
        });
        for (const { do: what, who, user } of steps) {
          const member = all[who]!;
          if (what === "join") channels.join("a", member, { user });
          else if (what === "replace") channels.join("a", member, { user }, { replace: true });
          else if (what === "leave") channels.leave("a", member);
          else if (what === "close") {
            member.close();
            all[who] = new FakeMember();
          } else await turn();
        }
        await turn();
        expect(faults).toEqual([]);
        const list = channels.presence("a");
        expect(new Map(list.map(({ key, meta }) => [key, meta]))).toEqual(shown);
        const counted = channels.reduce("a", (sum, _, { user }) => sum + (user === "ghost" ? 0 : 1), 0);
        expect(list.reduce((sum, { connections }) => sum + connections, 0)).toBe(counted);
      }),
      { numRuns: 200 },
    );
  });
});
