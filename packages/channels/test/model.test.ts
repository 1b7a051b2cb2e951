import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BroadcastResult, Channels } from "../src/index.ts";
import { type FakeMember, members, turn } from "./support/fake-member.ts";

const ids = ["a", "b"] as const;
const people = 6;

type Action =
  | { do: "join" | "leave" | "replace"; who: number; id: string }
  | { do: "leaveAll" | "close"; who: number }
  | { do: "broadcast"; id: string; except: number | undefined }
  /** What somebody does within the next write to it. */
  | { do: "react"; who: number; action: Action }
  | { do: "turn" };

const who = fc.nat(people - 1);
const id = fc.constantFrom(...ids);
const simple: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("join" as const), who, id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("leave" as const), who, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), who, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("leaveAll" as const, "close" as const), who }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("broadcast" as const),
      id,
      except: fc.option(who, { nil: undefined }),
    }),
  },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: simple },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("react" as const), who, action: simple }) },
  { weight: 2, arbitrary: fc.constant({ do: "turn" as const }) },
);

/** Channels beside the plainest model of them: who has joined when, and who was there at each broadcast. */
class Twin {
  readonly all: FakeMember[] = members(people);
  readonly channels: Channels<unknown, FakeMember>;
  readonly hooks: string[] = [];
  readonly expectedHooks: string[] = [];
  readonly results: BroadcastResult[] = [];
  /** Channel and member to the number of the join. */
  readonly joined = new Map<string, number>();
  /** Messages by number: who may get it by which join, and who has. */
  readonly sent: { id: string; may: Map<number, number>; got: Set<number> }[] = [];
  #joins = 0;
  #faults: string[] = [];

  constructor(shards: number) {
    this.channels = new Channels({
      shards: () => shards,
      onJoin: (id, member) => this.hooks.push(`+${id}${member.name}`),
      onLeave: (id, member) => this.hooks.push(`-${id}${member.name}`),
      onEmpty: (id) => this.hooks.push(`0${id}`),
      onError: (error) => this.#faults.push(`${error}`),
    });
    for (const member of this.all) member.reaction = (data) => this.#receive(member, data);
  }

  async run(action: Action): Promise<void> {
    if (action.do === "turn") await turn();
    else this.act(action);
  }

  act(action: Exclude<Action, { do: "turn" }> | Action): void {
    const { all, channels } = this;
    switch (action.do) {
      case "join":
      case "replace": {
        const key = `${action.id}${action.who}`;
        const { status } = channels.join(action.id, all[action.who]!, 0, {
          replace: action.do === "replace",
        });
        const member = this.joined.has(key);
        const expected = member ? (action.do === "join" ? "already" : "replaced") : "joined";
        this.#check(status === (all[action.who]!.isClosed ? "closed" : expected), `join said ${status}`);
        if (member || all[action.who]!.isClosed) break;
        this.joined.set(key, this.#joins++);
        this.expectedHooks.push(`+${key}`);
        break;
      }
      case "leave":
        this.#check(
          channels.leave(action.id, all[action.who]!) === this.#left(action.id, action.who),
          "leave",
        );
        break;
      case "leaveAll":
        this.#leaveAll(action.who, () => channels.leaveAll(all[action.who]!));
        break;
      case "close":
        this.#leaveAll(action.who, () => all[action.who]!.close());
        break;
      case "broadcast": {
        const may = new Map<number, number>();
        for (let i = 0; i < people; i++) {
          const join = this.joined.get(`${action.id}${i}`);
          if (join !== undefined && i !== action.except) may.set(i, join);
        }
        const number = this.sent.push({ id: action.id, may, got: new Set() }) - 1;
        const options = action.except === undefined ? {} : { except: all[action.except]! };
        this.results[number] = channels.broadcast(action.id, `${number}`, options);
        break;
      }
      case "react": {
        const member = all[action.who]!;
        member.reaction = (data) => {
          member.reaction = (next) => this.#receive(member, next);
          this.#receive(member, data);
          this.act(action.action);
        };
        break;
      }
      case "turn":
        break;
    }
  }

  /** What must hold once nothing is pending. */
  async settle(): Promise<void> {
    while (this.results.some(({ pending }) => pending > 0)) await turn();
    for (const [number, { id, may, got }] of this.sent.entries()) {
      for (const [i, join] of may) {
        const stayed = this.joined.get(`${id}${i}`) === join;
        this.#check(!stayed || got.has(i), `${i} stayed in ${id} and missed ${number}`);
      }
      const { sent, queued, dropped, closed } = this.results[number]!;
      this.#check(sent === got.size && queued + dropped + closed === 0, `the counts of ${number}`);
    }
    for (const each of ids) {
      const expected = [...this.joined]
        .filter(([key]) => key.startsWith(each))
        .sort(([, one], [, other]) => one - other)
        .map(([key]) => key.slice(1));
      expect([...this.channels.members(each)].map(([{ name }]) => name)).toEqual(expected);
    }
    expect(this.#faults).toEqual([]);
    expect(this.hooks).toEqual(this.expectedHooks);
  }

  #receive(member: FakeMember, data: string): void {
    const number = Number(data);
    const { id, may, got } = this.sent[number]!;
    const i = Number(member.name);
    this.#check(may.has(i), `${i} got ${number} and was not there`);
    this.#check(this.joined.get(`${id}${i}`) === may.get(i), `${i} got ${number} after it had left`);
    this.#check(!got.has(i), `${i} got ${number} twice`);
    const later = this.sent.findIndex((other, n) => n > number && other.id === id && other.got.has(i));
    this.#check(later === -1, `${i} got ${number} after ${later}`);
    got.add(i);
  }

  #leaveAll(i: number, leave: () => unknown): void {
    const keys = [...this.joined]
      .filter(([key]) => key.endsWith(`${i}`))
      .sort(([, one], [, other]) => one - other);
    // The model knows first: whatever comes while it leaves is wrong.
    for (const [key] of keys) this.#left(key[0]!, i);
    leave();
  }

  #left(id: string, i: number): boolean {
    if (!this.joined.delete(`${id}${i}`)) return false;
    this.expectedHooks.push(`-${id}${i}`);
    if (![...this.joined.keys()].some((key) => key.startsWith(id))) this.expectedHooks.push(`0${id}`);
    return true;
  }

  #check(holds: boolean, fault: string): void {
    if (!holds) this.#faults.push(fault);
  }
}

describe.each([1, 2, 16])("with %i shards", (shards) => {
  test("whoever comes, goes and sends, also within a write: once each, in order, nothing to those who left", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const twin = new Twin(shards);
        for (const each of actions) await twin.run(each);
        await twin.settle();
      }),
      { numRuns: 300 },
    );
  });

  test("1,000 members come and go, all that stay get everything", async () => {
    const channels = new Channels({ shards: () => shards });
    const all = members(1000);
    const results: BroadcastResult[] = [];
    for (const [i, member] of all.entries()) {
      channels.join("arrakis", member);
      if (i % 100 === 0) results.push(channels.broadcast("arrakis", `${i}`));
      if (i % 3 === 0) channels.leave("arrakis", member);
      if (i % 250 === 0) await turn();
    }
    expect(channels.size("arrakis")).toBe(666);
    await Promise.all(results.map(({ done }) => done));
    for (const [i, { got }] of all.entries()) {
      if (i % 3 === 0) continue;
      expect(got).toEqual(all.flatMap((_, n) => (n % 100 === 0 && n >= i ? [`${n}`] : [])));
    }
    for (const member of all) member.close();
    expect([...channels.ids()]).toEqual([]);
  });
});
