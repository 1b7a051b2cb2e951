import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channels, type JoinResult, type MemoryBus, MemoryHub, type Position } from "../../src/index.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled, TestClock } from "../support/test-clock.ts";

const nodes = 3;
const clients = 4;

type Action =
  | { do: "broadcast"; node: number; times: number }
  | { do: "join"; client: number; node: number }
  | { do: "leave"; client: number }
  | { do: "cut" | "mend" | "hold" | "release"; node: number }
  | { do: "stop" | "start" | "freeze" | "thaw" | "forget" | "settle" }
  | { do: "pass"; milliseconds: number }
  | { do: "fault"; copies: number[] };

const node = fc.nat(nodes - 1);
const client = fc.nat(clients - 1);
const only = <What extends string>(...what: What[]) => fc.record({ do: fc.constantFrom(...what) });
const at = <What extends string>(...what: What[]) => fc.record({ do: fc.constantFrom(...what), node });

function actions(canForget: boolean): fc.Arbitrary<Action[]> {
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant("broadcast" as const),
        node,
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ do: fc.constant("join" as const), client, node }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), client }) },
    { weight: 8, arbitrary: only("settle") },
    { weight: 4, arbitrary: at("cut", "mend", "mend", "hold", "release", "release") },
    { weight: 4, arbitrary: only("stop", "start", "start", "freeze", "thaw", "thaw") },
    { weight: canForget ? 1 : 0, arbitrary: only("forget") },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("pass" as const),
        milliseconds: fc.constantFrom(1, 60, 1100, 3000, 20_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("fault" as const),
        copies: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 1, maxLength: 6 }),
      }),
    },
  );
  return fc.array(action, { maxLength: 70, size: "max" });
}

type Line = Position & { data: string };

/** One stay of a client in the channel. */
type Stay = {
  readonly client: number;
  readonly node: number;
  readonly member: FakeMember;
  readonly since: Position | undefined;
  readonly result: JoinResult;
  hasEnded: boolean;
};

class World {
  readonly hub = new MemoryHub({ patience: Number.POSITIVE_INFINITY });
  readonly clock = new TestClock();
  readonly buses: MemoryBus[] = [];
  readonly channels: Channels<unknown, FakeMember>[] = [];
  readonly stays: Stay[] = [];
  readonly lost = Array<number>(nodes).fill(0);
  readonly faults: string[] = [];
  readonly results: { data: string; result: ReturnType<Channels["broadcast"]> }[] = [];
  readonly #current: (Stay | undefined)[] = Array(clients).fill(undefined);
  #copies: number[] = [];
  #sent = 0;

  constructor(count: number) {
    this.hub.copies = () => this.#copies.shift() ?? 1;
    for (let i = 0; i < nodes; i++) {
      const bus = this.hub.bus();
      this.buses.push(bus);
      this.channels.push(
        new Channels<unknown, FakeMember>({
          bus,
          cluster: { clock: this.clock },
          history: () => ({
            count,
            age: 1e9,
            stamp: (data, position) => JSON.stringify({ ...position, data }),
          }),
          onError: (error) => this.faults.push(`${error}`),
          onGap: ({ lost }) => {
            this.lost[i]! += lost;
          },
        }),
      );
    }
  }

  async run(action: Action): Promise<void> {
    switch (action.do) {
      case "broadcast":
        for (let i = 0; i < action.times; i++) {
          const data = `${this.#sent++}`;
          this.results.push({ data, result: this.channels[action.node]!.broadcast("a", data) });
        }
        return;
      case "join":
        this.leave(action.client);
        this.join(action.client, action.node);
        return;
      case "leave":
        this.leave(action.client);
        return;
      case "cut":
      case "mend":
      case "hold":
      case "release":
        this.buses[action.node]![action.do]();
        return;
      case "settle":
        return settled();
      case "pass":
        return this.clock.pass(action.milliseconds);
      case "fault":
        this.#copies = action.copies;
        return;
      default:
        this.hub[action.do]();
    }
  }

  join(client: number, node: number): void {
    const since = this.stays.findLast((stay) => stay.client === client && linesOf(stay).length > 0);
    const position = since && positionOf(linesOf(since).at(-1)!);
    const member = new FakeMember(`${client}`);
    const result = this.channels[node]!.join("a", member, undefined, { since: position });
    const stay: Stay = { client, node, member, since: position, result, hasEnded: false };
    this.stays.push(stay);
    this.#current[client] = stay;
  }

  leave(client: number): void {
    const stay = this.#current[client];
    if (stay === undefined) return;
    this.#current[client] = undefined;
    stay.hasEnded = true;
    stay.member.close();
  }

  async heal(): Promise<void> {
    this.#copies = [];
    this.hub.start();
    for (const bus of this.buses) {
      bus.mend();
      bus.release();
    }
    await this.clock.pass(20_000);
  }
}

function linesOf({ member }: Stay): Line[] {
  return member.got.map((line) => JSON.parse(line));
}

function positionOf({ epoch, offset }: Position): Position {
  return { epoch, offset };
}

const isLocal = ({ epoch }: Position) => epoch.startsWith("local");

/** What must be so for every stay, however it ended. `truth` is what stands in the last log. */
function check(world: World, stay: Stay, truth: readonly string[], epoch: string, isShort: boolean): void {
  const lines = linesOf(stay);
  const { since, result, hasEnded, node } = stay;
  const where = JSON.stringify({
    since,
    position: result.position,
    recovered: result.recovered,
    hasEnded,
    lines,
  });
  expect(new Set(lines.map(({ data }) => data)).size, `twice: ${where}`).toBe(lines.length);
  const given = new Set(lines.filter(isLocal).map(({ data }) => data));
  if (since !== undefined && isLocal(since)) expect(result.recovered, where).not.toBe(true);
  let last: Position | undefined = result.recovered ? since : result.position;
  if (last !== undefined && isLocal(last)) last = undefined;
  let holes = 0;
  /** In logs that are lost: what stood where cannot be known any more. */
  let unknown = 0;
  for (const line of lines.filter((line) => !isLocal(line))) {
    if (line.epoch === epoch && !isShort) expect(line.data, where).toBe(truth[line.offset - 1]);
    if (last !== undefined) {
      const from = last.epoch === line.epoch ? last.offset : 0;
      expect(line.offset, where).toBeGreaterThan(from);
      for (let offset = from + 1; offset < line.offset; offset++) {
        // One that it was given already, when it was not known whether the log has it.
        const isGiven = line.epoch === epoch && given.has(truth[offset - 1] ?? "");
        if (line.epoch !== epoch) unknown++;
        else if (!isGiven) holes++;
      }
    }
    last = line;
  }
  // With a log that forgets, and one that is lost, holes are told.
  if (isShort || world.lost[node]! > 0)
    expect(holes, where).toBeLessThanOrEqual(world.lost[node]! + given.size);
  else {
    expect(holes, where).toBe(0);
    expect(unknown, where).toBeLessThanOrEqual(given.size);
  }
  if (hasEnded) return;
  const end = last ?? { epoch, offset: truth.length };
  expect(end.epoch === epoch || truth.length === 0, where).toBe(true);
  const rest = end.epoch === epoch ? truth.slice(end.offset) : [];
  if (!isShort)
    expect(
      rest.filter((data) => !given.has(data)),
      where,
    ).toEqual([]);
}

async function play(count: number, actions: readonly Action[]): Promise<void> {
  const world = new World(count);
  await Promise.all(world.channels.map(({ ready }) => ready));
  for (const action of actions) await world.run(action);
  await world.heal();
  // A last message shows that all go on, and where they are.
  for (let i = 0; i < nodes; i++) await world.run({ do: "broadcast", node: i, times: 1 });
  await world.clock.pass(20_000);
  const monitor = world.hub.bus();
  await monitor.open({ message() {}, up() {}, down() {} });
  const bounds = { count: 1e6, bytes: 1e9, age: 1e9, keep: 1e9 };
  const { position } = await monitor.log!.read("cYQ", undefined, bounds);
  const { entries } = await monitor.log!.read("cYQ", { ...position, offset: 0 }, bounds);
  const truth = (entries ?? []).map((bytes) => new TextDecoder().decode(bytes.subarray(24)));
  for (const stay of world.stays) check(world, stay, truth, position.epoch, entries === undefined);
  for (const { data, result } of world.results) {
    const published = await result.published;
    await result.done;
    if (!published.ok) continue;
    if (result.position?.epoch === position.epoch && entries !== undefined) {
      expect(truth[result.position.offset - 1]).toBe(data);
    }
  }
  expect(world.faults).toEqual([]);
  await Promise.all([monitor.close(), ...world.channels.map((each) => each.close())]);
}

describe("three nodes on an engine that fails", () => {
  test("every member that stays gets every offset once and in order; what is recovered is complete", async () => {
    await fc.assert(
      fc.asyncProperty(actions(false), (actions) => play(1000, actions)),
      { numRuns: 150 },
    );
  });

  test("also when the log is lost, and begins anew", async () => {
    await fc.assert(
      fc.asyncProperty(actions(true), (actions) => play(1000, actions)),
      { numRuns: 150 },
    );
  });

  test("also when the log forgets: what nobody can have any more is told", async () => {
    await fc.assert(
      fc.asyncProperty(actions(true), (actions) => play(3, actions)),
      { numRuns: 150 },
    );
  });
});
