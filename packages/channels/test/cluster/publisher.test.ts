import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bus, publisher, text } from "../../src/index.ts";
import { TestCluster } from "../support/cluster.ts";
import { FakeMember } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

const options = () => ({ cluster: { clock: cluster.clock } });

test("a process without members reaches those of all nodes, and is no node itself", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = [new FakeMember(), new FakeMember()];
  await one!.channels.join("arrakis", paul).done;
  await other!.channels.join("arrakis", jessica).done;
  const jobs = publisher(cluster.hub.bus(), options());
  await jobs.ready;
  for (const data of ["hello", Uint8Array.of(1), text("prepared")]) {
    expect(await jobs.broadcast("arrakis", data)).toEqual({ ok: true });
  }
  await cluster.clock.pass(30_000);
  expect(paul.got).toEqual(["hello", "01", "prepared"]);
  expect(jessica.got).toEqual(paul.got);
  expect(one!.channels.health().nodes).toEqual([other!.channels.health().node]);
  expect(await one!.channels.cluster.size("arrakis")).toEqual({ size: 2, silent: [] });
  expect(jobs.health()).toMatchObject({ bus: "up", error: undefined });
  expect(jobs.health().nodes.length).toBe(2);
  expect(jobs.stats()).toMatchObject({ published: 3, unpublished: 0, foreign: 0 });
  await jobs.close();
  expect(await jobs.broadcast("arrakis", "late")).toMatchObject({ ok: false, error: { code: "closed" } });
});

test("what of it is lost is counted like that of a node, also at the end, and when it closes", async () => {
  const [one] = await cluster.connected(1);
  await one!.channels.join("arrakis", new FakeMember()).done;
  const jobs = publisher(cluster.hub.bus(), options());
  await jobs.ready;
  await cluster.clock.pass(5000);
  const lose = async (count: number) => {
    cluster.hub.copies = () => 0;
    for (let i = 0; i < count; i++) void jobs.broadcast("arrakis", "lost");
    await settled();
    cluster.hub.copies = () => 1;
  };
  await lose(2);
  await cluster.clock.pass(5000);
  expect(one!.gaps).toEqual(["arrakis 2"]);
  one!.bus.cut();
  void jobs.broadcast("arrakis", "lost");
  await cluster.clock.pass(60_000);
  one!.bus.mend();
  await cluster.clock.pass(5000);
  expect(one!.gaps).toEqual(["arrakis 2", "arrakis 1"]);
  await lose(3);
  await jobs.close();
  await settled();
  expect(one!.gaps).toEqual(["arrakis 2", "arrakis 1", "arrakis 3"]);
});

test("what the bus does not take is told; what cannot be sent throws", async () => {
  const states: string[] = [];
  const errors: unknown[] = [];
  const jobs = publisher(cluster.hub.bus(), {
    ...options(),
    onBus(state) {
      states.push(state);
      throw new Error("hook");
    },
    onError: (error) => errors.push(error),
  });
  await jobs.ready;
  cluster.hub.stop();
  expect(await jobs.broadcast("arrakis", "lost")).toMatchObject({
    ok: false,
    error: { code: "unavailable" },
  });
  expect(jobs.stats().unpublished).toBe(1);
  cluster.hub.start();
  await settled();
  expect(states).toEqual(["up", "down", "up"]);
  expect(errors.map(String)).toEqual(["Error: hook", "Error: hook", "Error: hook"]);
  expect(() => jobs.broadcast(5, "hello")).toThrow(TypeError);
  expect(() => jobs.broadcast("x".repeat(201), "hello")).toThrow(RangeError);
  expect(() => jobs.broadcast("arrakis", 5 as never)).toThrow(TypeError);
  expect(() => publisher({} as Bus)).toThrow(TypeError);
  const bus = cluster.hub.bus();
  expect(() => publisher(bus, { prefix: "x" } as never)).toThrow(new TypeError("prefix is not an option"));
  expect(() => publisher(bus, null as never)).toThrow(new TypeError("options must be an object"));
  expect(() => publisher(bus, { idBytes: "1" as never })).toThrow(new TypeError("idBytes must be a number"));
  for (const idBytes of [Number.NaN, -1, 1.5]) {
    expect(() => publisher(bus, { idBytes })).toThrow(
      new RangeError("idBytes must be a whole number, or Infinity"),
    );
  }
  for (const name of ["onBus", "onError"]) {
    expect(() => publisher(bus, { [name]: 5 })).toThrow(new TypeError(`${name} must be a function`));
  }
  await jobs.close();
});

test("what onError throws harms nothing", async () => {
  cluster.hub.stop();
  const jobs = publisher(cluster.hub.bus(), {
    ...options(),
    onError() {
      throw new Error("of its own");
    },
  });
  await settled();
  expect(jobs.health()).toMatchObject({ bus: "closed", error: { code: "unavailable" } });
});

test("in a channel with history a message may be kept out of it", async () => {
  const history = () => ({});
  const [one] = await cluster.connected(1, { history });
  const member = new FakeMember();
  await one!.channels.join("arrakis", member).done;
  const jobs = publisher(cluster.hub.bus(), { ...options(), history });
  await jobs.ready;
  await jobs.broadcast("arrakis", "typing", { history: false });
  await settled();
  const { position } = one!.channels.join("arrakis", member);
  expect([member.got, position?.offset]).toEqual([["typing"], 0]);
  await jobs.broadcast("arrakis", "kept");
  await settled();
  expect([member.got, one!.channels.join("arrakis", member).position?.offset]).toEqual([
    ["typing", "kept"],
    1,
  ]);
  await jobs.close();
});

test("a bus that cannot be reached at the start: ready rejects, or onError is told", async () => {
  cluster.hub.stop();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const asked = publisher(cluster.hub.bus(), { ...options(), onError });
  await expect(asked.ready).rejects.toMatchObject({ code: "unavailable" });
  publisher(cluster.hub.bus(), { ...options(), onError });
  await settled();
  expect(errors).toMatchObject([{ code: "unavailable" }]);
});
