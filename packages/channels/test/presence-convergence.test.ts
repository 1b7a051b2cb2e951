import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Present } from "../src/presence.ts";
import { PresenceCluster, type PresenceNode } from "./support/presence-cluster.ts";

const ids = ["a", "b"];
const places = 3;

type Step =
  | { do: "join"; node: number; slot: number; id: string; user: string; meta: number }
  | { do: "leave"; node: number; slot: number }
  | { do: "deliver"; letter: number; copies: number; isKept: boolean }
  | { do: "kill" | "turn" | "round" | "down" | "up"; node: number }
  | { do: "cut"; node: number; other: number }
  | { do: "mend" | "expire" | "meet" };

const node = fc.nat(places - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      node,
      slot: fc.nat(2),
      id: fc.constantFrom(...ids),
      user: fc.constantFrom("paul", "jessica", "__proto__"),
      meta: fc.nat(3),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("leave" as const), node, slot: fc.nat(2) }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      letter: fc.nat(20),
      copies: fc.constantFrom(1, 1, 1, 0, 2),
      isKept: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("turn" as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("kill" as const, "down" as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("round" as const, "up" as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), node, other: node }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("mend" as const, "expire" as const, "meet" as const) }),
  },
);

function run(cluster: PresenceCluster, step: Step): void {
  const at = (place: number) => cluster.nodes[place]!;
  switch (step.do) {
    case "join":
      at(step.node).join(step.slot, step.id, step.user, { mood: step.meta });
      break;
    case "leave":
      at(step.node).leave(step.slot);
      break;
    case "deliver":
      cluster.deliver(step.letter, step.copies, step.isKept);
      break;
    case "turn":
      at(step.node).presence.flush();
      break;
    case "round":
      at(step.node).presence.round();
      break;
    case "kill":
      cluster.kill(step.node);
      break;
    case "down":
      at(step.node).isDown = true;
      break;
    case "up":
      if (at(step.node).isDown) at(step.node).presence.resumed();
      at(step.node).isDown = false;
      break;
    case "cut":
      cluster.cuts.add([step.node, step.other].sort().join());
      break;
    case "mend":
      cluster.cuts.clear();
      break;
    case "expire":
      cluster.expire();
      break;
    case "meet":
      cluster.meet();
  }
}

function sorted(people: Iterable<Present>): Present[] {
  return [...people].sort((one, other) => (String(one.key) < String(other.key) ? -1 : 1));
}

/** All that must hold once everything is healed. */
function check(cluster: PresenceCluster): void {
  for (const id of ids) {
    const counts = new Map<string, number>();
    for (const each of cluster.nodes) {
      for (const [user, count] of each.counts(id)) counts.set(user, (counts.get(user) ?? 0) + count);
    }
    const watching = cluster.nodes.filter((each) => each.has(id));
    const lists = watching.map(({ presence }) => sorted(presence.list(id)));
    for (const list of lists) {
      expect(new Map(list.map(({ key, connections }) => [key, connections]))).toEqual(counts);
      expect(list).toEqual(lists[0]);
    }
    for (const each of cluster.nodes) {
      const told = sorted(each.told.get(id)?.values() ?? []).map(({ key, meta }) => [key, meta]);
      expect(told).toEqual(sorted(each.presence.list(id)).map(({ key, meta }) => [key, meta]));
      if (!each.has(id)) expect(each.presence.list(id)).toEqual([]);
    }
  }
  expect(cluster.nodes.flatMap(({ faults }: PresenceNode) => faults)).toEqual([]);
}

describe.each([100_000, 300])("with messages of at most %i bytes", (maxBytes) => {
  test("all nodes come to see the same people, whatever was lost, repeated, late, killed, cut or down meanwhile", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const cluster = new PresenceCluster(places, maxBytes);
        for (const each of steps) run(cluster, each);
        cluster.heal(3);
        check(cluster);
        const diffs = cluster.nodes.map(({ diffs }) => diffs.length);
        cluster.heal(2);
        expect(cluster.nodes.map(({ diffs }) => diffs.length)).toEqual(diffs);
      }),
      { numRuns: 500 },
    );
  });

  test("without loss nobody has to ask twice: one look is enough", () => {
    const calm = fc
      .array(step, { maxLength: 60, size: "max" })
      .map((steps) =>
        steps.filter((each) => each.do === "join" || each.do === "leave" || each.do === "turn"),
      );
    fc.assert(
      fc.property(calm, (steps) => {
        const cluster = new PresenceCluster(places, maxBytes);
        cluster.isLate = false;
        for (const each of steps) run(cluster, each);
        cluster.settle();
        check(cluster);
      }),
      { numRuns: 200 },
    );
  });
});
