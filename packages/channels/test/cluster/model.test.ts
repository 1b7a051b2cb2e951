import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channels, type MemoryBus, MemoryHub } from "../../src/index.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled, TestClock } from "../support/test-clock.ts";

const nodes = 3;
const ids = ["a", "b"] as const;
const heartbeat = 5000;

/** The third octet of an envelope that carries text. */
const messageCode = 1;

type Action =
  | { do: "broadcast"; node: number; id: string; times: number }
  | { do: "cut" | "mend" | "hold" | "release"; node: number }
  | { do: "join" | "leave"; node: number; id: string }
  | { do: "stop" | "start" | "freeze" | "thaw" | "settle" }
  | { do: "pass"; milliseconds: number }
  /** What becomes of the next deliveries: how many copies arrive of each. */
  | { do: "fault"; copies: number[] };

const node = fc.nat(nodes - 1);
const id = fc.constantFrom(...ids);
const broadcast = fc.record({
  do: fc.constant("broadcast" as const),
  node,
  id,
  times: fc.integer({ min: 1, max: 5 }),
});
const cuts: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom("cut" as const, "mend" as const), node }),
  fc.record({ do: fc.constantFrom("stop" as const, "start" as const) }),
);
const delays: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom("hold" as const, "release" as const), node }),
  fc.record({ do: fc.constantFrom("freeze" as const, "thaw" as const) }),
);
const time: fc.Arbitrary<Action> = fc.oneof(
  fc.constant({ do: "settle" as const }),
  fc.record({ do: fc.constant("pass" as const), milliseconds: fc.constantFrom(1, 60, 3000, 20_000) }),
);
const fault: fc.Arbitrary<Action> = fc.record({
  do: fc.constant("fault" as const),
  copies: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 1, maxLength: 12 }),
});
const membership: fc.Arbitrary<Action> = fc.record({
  do: fc.constantFrom("join" as const, "leave" as const),
  node,
  id,
});

/** Three processes on one hub, and the plainest book of what each has sent and got. */
class World {
  readonly hub = new MemoryHub({ patience: Number.POSITIVE_INFINITY });
  readonly clock = new TestClock();
  readonly buses: MemoryBus[] = [];
  readonly channels: Channels<unknown, FakeMember>[] = [];
  /** By node and channel. */
  readonly members = new Map<string, FakeMember>();
  /** Messages that a node did not get, as it was told: by receiver, channel and sender. */
  readonly told = new Map<string, number>();
  readonly sent = new Map<string, number>();
  /** How much each sender had sent when a member joined. */
  readonly #before = new Map<string, number>();
  readonly faults: string[] = [];
  #copies: number[] = [];

  /** Faults may hit `all` envelopes, or messages alone. */
  constructor(hit: "all" | "messages" = "all") {
    this.hub.copies = ({ payload }) => {
      const isHit = hit === "all" || payload[2] === messageCode;
      return (isHit ? this.#copies.shift() : undefined) ?? 1;
    };
    for (let i = 0; i < nodes; i++) {
      const bus = this.hub.bus();
      this.buses.push(bus);
      this.channels.push(
        new Channels<unknown, FakeMember>({
          bus,
          cluster: { clock: this.clock, heartbeat },
          onError: (error) => this.faults.push(`${error}`),
          onGap: ({ id, from, lost }) => {
            const key = `${i}${id}${this.channels.findIndex((each) => each.health().node === from)}`;
            this.told.set(key, (this.told.get(key) ?? 0) + lost);
          },
        }),
      );
    }
  }

  async begin(): Promise<void> {
    await Promise.all(this.channels.map(({ ready }) => ready));
    for (let i = 0; i < nodes; i++) for (const id of ids) this.join(i, id);
    await this.clock.pass(heartbeat);
  }

  join(i: number, id: string): void {
    const member = new FakeMember(`${i}${id}`);
    this.members.set(`${i}${id}`, member);
    for (let sender = 0; sender < nodes; sender++) {
      this.#before.set(`${i}${id}${sender}`, this.sent.get(`${sender}${id}`) ?? 0);
      this.told.delete(`${i}${id}${sender}`);
    }
    this.channels[i]!.join(id, member);
  }

  broadcast(i: number, id: string): void {
    const number = (this.sent.get(`${i}${id}`) ?? 0) + 1;
    this.sent.set(`${i}${id}`, number);
    this.channels[i]!.broadcast(id, `${i} ${number}`);
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case "broadcast":
        for (let i = 0; i < action.times; i++) this.broadcast(action.node, action.id);
        return;
      case "cut":
      case "mend":
      case "hold":
      case "release":
        return this.buses[action.node]![action.do]();
      case "stop":
      case "start":
      case "freeze":
      case "thaw":
        return this.hub[action.do]();
      case "join": {
        const member = this.members.get(`${action.node}${action.id}`)!;
        if (!this.channels[action.node]!.has(action.id, member)) this.join(action.node, action.id);
        return;
      }
      case "leave":
        this.channels[action.node]!.leaveAll(this.members.get(`${action.node}${action.id}`)!);
        return;
      case "settle":
        return settled();
      case "pass":
        return this.clock.pass(action.milliseconds);
      case "fault":
        this.#copies.push(...action.copies);
    }
  }

  /** Everything works again, and there was time. */
  async heal(): Promise<void> {
    this.#copies = [];
    this.hub.start();
    for (const bus of this.buses) {
      bus.mend();
      bus.release();
    }
    await this.clock.pass(heartbeat);
  }

  /** Checks who got what; `isExact`: everybody was a member all the time. */
  check(isExact: boolean): void {
    for (const [place, member] of this.members) {
      const [receiver, id] = [Number(place[0]), place[1]!];
      for (let sender = 0; sender < nodes; sender++) {
        const numbers = member.got
          .filter((each) => each.startsWith(`${sender} `))
          .map((each) => Number(each.slice(2)));
        const isOrdered = numbers.every((each, n) => n === 0 || each > numbers[n - 1]!);
        if (!isOrdered) this.faults.push(`${place} got ${numbers} of ${sender}`);
        const before = this.#before.get(`${place}${sender}`)!;
        const got = numbers.filter((each) => each > before).length;
        const missing = (this.sent.get(`${sender}${id}`) ?? 0) - before - got;
        const told = this.told.get(`${place}${sender}`) ?? 0;
        if (receiver === sender && isExact && missing !== 0)
          this.faults.push(`${place} missed ${missing} of its own`);
        if (receiver === sender ? told !== 0 : isExact ? told !== missing : told > missing) {
          this.faults.push(`${place} missed ${missing} of ${sender} and was told of ${told}`);
        }
      }
    }
    for (const [i, channels] of this.channels.entries()) {
      const told = [...this.told]
        .filter(([key]) => key.startsWith(`${i}`))
        .reduce((sum, [, lost]) => sum + lost, 0);
      const { lost, foreign } = channels.stats();
      if (isExact && lost !== told) this.faults.push(`${i} counted ${lost}, told ${told}`);
      if (foreign !== 0) this.faults.push(`${i} met ${foreign} foreigners`);
    }
    expect(this.faults).toEqual([]);
  }

  async end(): Promise<void> {
    await Promise.all([...this.channels.map((channels) => channels.close()), this.clock.pass(1000)]);
  }
}

const many = { maxLength: 40, size: "max" } as const;

/** Runs properties of a world: what happens in it, then that all is well again. */
async function forAll(
  actions: fc.Arbitrary<Action>[],
  hit: "all" | "messages",
  then: (world: World) => Promise<void> | void,
): Promise<void> {
  const property = fc.asyncProperty(fc.array(fc.oneof(...actions), many), async (actions) => {
    const world = new World(hit);
    await world.begin();
    for (const action of actions) await world.act(action);
    await world.heal();
    await then(world);
    await world.end();
  });
  await fc.assert(property, { numRuns: 120 });
}

describe("three nodes, whatever happens to the hub and to each one's connection", () => {
  test("each gets the messages of another in order and once, and what is missing is told to the message, also at the end", () =>
    forAll([broadcast, cuts, delays, time], "all", (world) => world.check(true)));

  test("likewise if the hub loses and duplicates messages without a word", () =>
    forAll([broadcast, fault, broadcast, cuts, time], "messages", (world) => world.check(true)));

  test("if it does so with whatever nodes say, the next message tells", () =>
    forAll([broadcast, fault, broadcast, cuts, delays, time], "all", async (world) => {
      for (let i = 0; i < nodes; i++) for (const id of ids) world.broadcast(i, id);
      await settled();
      world.check(true);
    }));

  test("if members come and go, nothing is told lost that was sent before they came", () =>
    forAll([broadcast, membership, broadcast, cuts, time, fault], "all", (world) => world.check(false)));
});
