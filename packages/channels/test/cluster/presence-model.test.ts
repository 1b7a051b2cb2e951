import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeMember } from "../support/fake-member.ts";
import { Cluster, type Node } from "../support/people.ts";
import { settled } from "../support/test-clock.ts";

const places = 3;
const ids = ["a", "b"] as const;

type Action =
  | { do: "join" | "replace"; node: number; slot: number; id: string; user: string; mood: string }
  | { do: "leave" | "close"; node: number; slot: number; id: string }
  | { do: "cut" | "mend" | "hold" | "release" | "kill" | "restart"; node: number }
  | { do: "stop" | "start" | "freeze" | "thaw" | "settle" }
  | { do: "pass"; milliseconds: number }
  | { do: "fault"; copies: number[] };

const where = { node: fc.nat(places - 1), slot: fc.nat(2), id: fc.constantFrom(...ids) };
const node = fc.nat(places - 1);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom("join" as const, "replace" as const),
      ...where,
      user: fc.constantFrom("paul", "jessica", "leto", "ghost"),
      mood: fc.constantFrom("calm", "angry"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("leave" as const, "close" as const), ...where }) },
  { weight: 6, arbitrary: fc.constant({ do: "settle" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("cut" as const, "mend" as const, "hold" as const, "release" as const),
      node,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("kill" as const, "restart" as const), node }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "stop" as const,
        "start" as const,
        "start" as const,
        "freeze" as const,
        "thaw" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      milliseconds: fc.constantFrom(1, 3000, 6000, 20_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      copies: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 1, maxLength: 8 }),
    }),
  },
);

class World {
  readonly cluster = new Cluster();
  readonly nodes: Node[] = [];
  readonly killed: Node[] = [];
  #members: FakeMember[][] = [];
  #told: Map<string, Set<string>>[] = [];
  #copies: number[] = [];
  readonly faults: string[] = [];

  async begin(): Promise<void> {
    this.cluster.hub.copies = () => this.#copies.shift() ?? 1;
    for (let i = 0; i < places; i++) await this.start(i);
  }

  async start(i: number): Promise<void> {
    this.#members[i] = [0, 1, 2].map(() => new FakeMember());
    this.#told[i] = new Map(ids.map((id) => [id, new Set()]));
    this.nodes[i] = await this.cluster.start({ cluster: { clock: this.cluster.clock, startLocally: true } });
  }

  async run(action: Action): Promise<void> {
    const { hub, clock } = this.cluster;
    switch (action.do) {
      case "join":
      case "replace": {
        const { node, slot, id, user, mood } = action;
        const member = this.#members[node]![slot]!;
        this.nodes[node]!.channels.join(id, member, { user, mood }, { replace: action.do === "replace" });
        return;
      }
      case "leave":
        this.nodes[action.node]!.channels.leave(action.id, this.#members[action.node]![action.slot]!);
        return;
      case "close":
        this.#members[action.node]![action.slot]!.close();
        this.#members[action.node]![action.slot] = new FakeMember();
        return;
      case "kill":
        // For the others a process that was killed is one that is cut off for ever.
        this.nodes[action.node]!.bus.cut();
        this.killed.push(this.nodes[action.node]!);
        return this.start(action.node);
      case "restart":
        await Promise.all([this.nodes[action.node]!.channels.close(), clock.pass(1000)]);
        return this.start(action.node);
      case "settle":
        return settled();
      case "pass":
        await clock.pass(action.milliseconds);
        return;
      case "fault":
        this.#copies = action.copies;
        return;
      case "cut":
      case "mend":
      case "hold":
      case "release":
        this.nodes[action.node]!.bus[action.do]();
        return;
      default:
        hub[action.do]();
    }
  }

  /** Adds up what was told: nobody comes or goes twice. */
  listen(): void {
    for (const [i, { lines }] of this.nodes.entries()) {
      for (const line of lines()) {
        const people = this.#told[i]!.get(line[0]!)!;
        const key = line.slice(2).split(" ")[0]!;
        if (line[1] === "+" && people.has(key)) this.faults.push(`${i}: ${line} twice`);
        if (line[1] === "-" && !people.has(key)) this.faults.push(`${i}: ${line} twice`);
        if (line[1] === "+") people.add(key);
        else if (line[1] === "-") people.delete(key);
      }
    }
  }

  async heal(): Promise<void> {
    this.#copies = [];
    this.cluster.hub.start();
    for (const { bus } of this.nodes) {
      bus.mend();
      bus.release();
    }
    await this.cluster.clock.pass(40_000);
    this.listen();
  }

  check(): void {
    for (const id of ids) {
      const counts = new Map<string, number>();
      for (const { channels } of this.nodes) {
        for (const [, { user }] of channels.members(id)) {
          if (user !== "ghost") counts.set(user, (counts.get(user) ?? 0) + 1);
        }
      }
      let first: unknown[] | undefined;
      for (const [i, { channels }] of this.nodes.entries()) {
        const people = channels.presence(id).sort((one, other) => (`${one.key}` < `${other.key}` ? -1 : 1));
        expect([...this.#told[i]!.get(id)!].sort()).toEqual(people.map(({ key }) => key));
        if (channels.size(id) === 0) expect(people).toEqual([]);
        else {
          expect(new Map(people.map(({ key, connections }) => [key, connections]))).toEqual(counts);
          first ??= people;
          expect(people).toEqual(first);
        }
      }
    }
    expect(this.faults).toEqual([]);
  }
}

test("all nodes come to show the same people, and tell of each once, whatever the engine, the network and processes do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60, size: "max" }), async (actions) => {
      const world = new World();
      await world.begin();
      for (const each of actions) {
        await world.run(each);
        world.listen();
      }
      await world.heal();
      world.check();
      await world.cluster.end();
    }),
    { numRuns: 100 },
  );
}, 60_000);
