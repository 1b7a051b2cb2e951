import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Present } from "../presence.ts";
import { LogicalClock } from "./logical-clock.ts";
import { OwnPeople } from "./own-people.ts";
import type { Share } from "./person-share.ts";
import type { PresenceMessage } from "./presence-message.ts";
import { PresenceReplica } from "./presence-replica.ts";

type Delta = Extract<PresenceMessage, { type: "delta" }>;
type Snapshot = Extract<PresenceMessage, { type: "snapshot" }>;

function replicaOf(limit = 1000) {
  const touched: string[] = [];
  let count = 0;
  const replica: PresenceReplica = new PresenceReplica({
    limit,
    touch: (key) => void touched.push(key),
    admit: () => count < limit && ++count > 0,
    release: () => void count--,
  });
  return { replica, touched, count: () => count };
}

function share(since = 1, more: Partial<Share> = {}): Share {
  return { meta: undefined, connections: 1, since, replaced: 0, ...more };
}

function delta(prev: number, version: number, ...people: Delta["people"]): Delta {
  return { type: "delta", prev, version, people };
}

function snapshot(version: number, people: Snapshot["people"], part = 0, parts = 1): Snapshot {
  return { type: "snapshot", id: "a", version, part, parts, people };
}

const keysOf = (replica: PresenceReplica) => [...replica.keys()].sort();

describe("the replica of another node's people", () => {
  test("is complete from the first change of an empty channel on, without asking", () => {
    const { replica } = replicaOf();
    replica.change(delta(0, 4, ["paul", share()]));
    replica.change(delta(4, 9, ["jessica", share(2)], ["paul", undefined]));
    expect([keysOf(replica), replica.isStale, replica.version]).toEqual([["jessica"], false, 9]);
  });

  test("ignores what it was told before", () => {
    const { replica, touched } = replicaOf();
    replica.change(delta(0, 1, ["paul", share()]));
    replica.change(delta(1, 2, ["paul", undefined]));
    touched.length = 0;
    replica.change(delta(0, 1, ["paul", share()]));
    expect([keysOf(replica), touched, replica.version]).toEqual([[], [], 2]);
  });

  test("shows what it knows when something was lost, and knows that it is not all", () => {
    const { replica } = replicaOf();
    replica.change(delta(0, 1, ["paul", share()]));
    replica.change(delta(2, 3, ["jessica", share(2)]));
    expect([keysOf(replica), replica.isStale, replica.version]).toEqual([["jessica", "paul"], true, 0]);
  });

  test("is told by a tail that the last change was lost", () => {
    const { replica } = replicaOf();
    replica.change(delta(0, 1, ["paul", share()]));
    replica.confirm(1);
    expect(replica.isStale).toBe(false);
    replica.confirm(5);
    expect(replica.isStale).toBe(true);
  });

  test("is completed by a snapshot of the version behind the hole, not by an older one", () => {
    const { replica } = replicaOf();
    replica.change(delta(0, 1, ["paul", share()]));
    replica.change(delta(6, 7, ["jessica", share(2)]));
    replica.take(snapshot(5, [["ghost", share()]]));
    expect([keysOf(replica), replica.isStale]).toEqual([["jessica", "paul"], true]);
    replica.take(snapshot(6, [["leto", share(3)]]));
    expect([keysOf(replica), replica.isStale, replica.version]).toEqual([["jessica", "leto"], false, 7]);
  });

  test("does not let a snapshot bring back who has gone since", () => {
    const { replica } = replicaOf();
    replica.change(delta(6, 7, ["paul", share()]));
    replica.change(delta(7, 8, ["paul", undefined]));
    replica.take(snapshot(7, [["paul", share()]]));
    expect([keysOf(replica), replica.version]).toEqual([[], 8]);
  });

  test("waits for a newer snapshot when more have gone than it remembers", () => {
    const { replica } = replicaOf(5000);
    const many = Array.from({ length: 1500 }, (_, i): [string, undefined] => [`${i}`, undefined]);
    replica.change(delta(6, 7, ...many));
    replica.take(snapshot(6, [["1", share()]]));
    expect([keysOf(replica), replica.isStale]).toEqual([[], true]);
    replica.take(snapshot(7, []));
    expect(replica.isStale).toBe(false);
  });

  test("takes a snapshot in parts once all of them are there, in any order", () => {
    const { replica } = replicaOf();
    replica.confirm(3);
    replica.take(snapshot(3, [["jessica", share(2)]], 1, 2));
    replica.take(snapshot(3, [["jessica", share(2)]], 1, 2));
    expect([keysOf(replica), replica.isStale]).toEqual([[], true]);
    replica.take(snapshot(3, [["paul", share()]], 0, 2));
    expect([keysOf(replica), replica.isStale]).toEqual([["jessica", "paul"], false]);
  });

  test("mixes no parts of several snapshots: the newest counts", () => {
    const { replica } = replicaOf();
    replica.confirm(3);
    replica.take(snapshot(3, [["old", share()]], 0, 2));
    replica.take(snapshot(4, [["new", share()]], 1, 2));
    replica.take(snapshot(3, [["old", share()]], 0, 2));
    expect(keysOf(replica)).toEqual([]);
    replica.take(snapshot(4, [["newer", share()]], 0, 2));
    expect(keysOf(replica)).toEqual(["new", "newer"]);
  });

  test("keeps the meta object of who is told again unchanged", () => {
    const { replica, touched } = replicaOf();
    const meta = { mood: "calm" };
    replica.change(delta(0, 1, ["paul", share(1, { meta })]));
    touched.length = 0;
    replica.doubt();
    replica.take(snapshot(1, [["paul", share(1, { meta: { mood: "calm" } })]]));
    expect(replica.get("paul")?.meta).toBe(meta);
    expect(touched).toEqual([]);
    replica.change(delta(1, 2, ["paul", share(1, { meta: { mood: "angry" }, replaced: 5 })]));
    expect(replica.get("paul")?.meta).toEqual({ mood: "angry" });
  });

  test("keeps no more people than there is room for, nor parts of more, and says so", () => {
    const { replica, count } = replicaOf(2);
    const three: Delta["people"] = [
      ["paul", share()],
      ["jessica", share()],
      ["leto", share()],
    ];
    replica.change(delta(0, 1, ...three));
    expect([replica.size, count(), replica.isCut]).toEqual([2, 2, true]);
    replica.confirm(2);
    replica.take(snapshot(2, three, 0, 2));
    replica.take(snapshot(2, [], 1, 2));
    expect(replica.isStale).toBe(true);
    replica.clear();
    expect([replica.size, count()]).toEqual([0, 0]);
  });

  test("when it says that it is complete, it is what the node had at that version: whatever comes in whatever order", () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant("change" as const), key: fc.nat(4), meta: fc.nat(3) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("snapshot" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("tail" as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant("deliver" as const), at: fc.nat(6), keep: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), at: fc.nat(6) }) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80, size: "max" }),
        fc.constantFrom(260, 10_000),
        (steps, limit) => {
          const people = new Map<string, Present>();
          const clock = new LogicalClock(() => 0);
          const own = new OwnPeople((id, key) => (id === "a" ? people.get(key) : undefined), clock);
          const { replica, count } = replicaOf();
          const states = new Map<number, string>([[0, "[]"]]);
          const versions: number[] = [0];
          const sent: PresenceMessage[] = [];
          const state = (list: Iterable<readonly [string, number]>) => JSON.stringify([...list].sort());
          const tell = (message: PresenceMessage) => {
            sent.push(message);
            if (message.type !== "delta") return;
            // What is sent in several messages is a state of its own after each.
            const before = new Map<string, number>(JSON.parse(states.get(message.prev) ?? "[]"));
            for (const [key, share] of message.people) {
              if (share === undefined) before.delete(key);
              else before.set(key, share.connections);
            }
            states.set(message.version, state(before));
            versions.push(message.version);
          };
          for (const each of steps) {
            if (each.do === "change") {
              const key = `${each.key}`;
              // Several in one turn, so that messages are cut.
              const keys = each.meta === 3 ? ["0", "1", "2", "3", "4"] : [key];
              for (const one of keys) {
                if (each.meta === 0) people.delete(one);
                else people.set(one, { key: one, meta: each.meta, connections: each.meta });
              }
              for (const message of own.changes("a", keys, limit, () => {})) tell(message);
            } else if (each.do === "snapshot") {
              const states = own.states("a", limit);
              for (const [part, state] of states.entries()) {
                sent.push({ type: "snapshot", part, parts: states.length, ...state });
              }
            } else if (each.do === "tail") {
              if (own.version("a") > 0) sent.push({ type: "tail", version: own.version("a") });
            } else if (each.do === "lose") sent.splice(each.at, 1);
            else {
              const [message] = each.keep ? sent.slice(each.at) : sent.splice(each.at, 1);
              if (message?.type === "delta") replica.change(message);
              else if (message?.type === "tail") replica.confirm(message.version);
              else if (message?.type === "snapshot") replica.take(message);
            }
            expect(count()).toBe(replica.size);
            if (replica.isStale) continue;
            const shown = Array.from(replica.keys(), (key) => [key, replica.get(key)!.connections] as const);
            expect(state(shown)).toBe(states.get(replica.version));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
