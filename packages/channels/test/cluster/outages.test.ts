import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bus, BusError, Channels } from "../../src/index.ts";
import { TestCluster } from "../support/cluster.ts";
import { FakeMember, members } from "../support/fake-member.ts";
import { settled } from "../support/test-clock.ts";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.end());

describe("a bus that cannot be reached at the start", () => {
  test("ready rejects with the reason, the bus is closed, and channels go on by themselves", async () => {
    cluster.hub.stop();
    const { channels, bus, errors, states } = cluster.start();
    await expect(channels.ready).rejects.toMatchObject({ name: "BusError", code: "unavailable" });
    expect(channels.health()).toMatchObject({ bus: "closed", error: { code: "unavailable" }, nodes: [] });
    await expect(bus.publish("t", new Uint8Array(1))).rejects.toMatchObject({ code: "closed" });
    cluster.hub.start();
    const [paul, jessica] = members(2);
    expect((await channels.join("arrakis", paul!).done).status).toBe("joined");
    channels.join("arrakis", jessica!);
    const result = channels.broadcast("arrakis", "hello");
    expect(result.sent).toBe(2);
    expect(await result.published).toMatchObject({ ok: false, error: { code: "closed" } });
    expect(await channels.cluster.size("arrakis")).toEqual({ size: 2, silent: [] });
    expect([errors, states]).toEqual([[], []]);
  });

  test("if nobody asks for ready, onError gets the reason, and nothing is unhandled", async () => {
    cluster.hub.stop();
    const { errors } = cluster.start();
    await settled();
    expect(errors).toMatchObject([{ name: "BusError", code: "unavailable" }]);
  });

  test("with startLocally ready resolves, and the bus is there when it is there", async () => {
    cluster.hub.stop();
    const one = cluster.start({ cluster: { startLocally: true } });
    const member = new FakeMember();
    const joined = one.channels.join("arrakis", member);
    await one.channels.ready;
    expect(one.channels.health()).toMatchObject({ bus: "down", error: { code: "unavailable" } });
    expect(one.states).toEqual(["down"]);
    let isDone = false;
    void joined.done.then(() => {
      isDone = true;
    });
    await settled();
    expect(isDone).toBe(false);
    expect(await one.channels.broadcast("arrakis", "own").published).toMatchObject({
      error: { code: "unavailable" },
    });
    cluster.hub.start();
    await joined.done;
    expect(one.states).toEqual(["down", "up"]);
    const other = cluster.start();
    await other.channels.ready;
    other.channels.broadcast("arrakis", "hello");
    await settled();
    expect(member.got).toEqual(["own", "hello"]);
    expect(one.channels.health()).toMatchObject({
      bus: "up",
      error: undefined,
      nodes: [other.channels.health().node],
    });
    expect(one.errors).toEqual([]);
  });

  test("a bus that throws whatever it likes is as good as one that cannot be reached", async () => {
    const broken: Bus = {
      maxPayload: 1000,
      open: () => {
        throw new Error("broken");
      },
      subscribe: async () => {},
      unsubscribe: () => {},
      publish: async () => {},
      close: () => Promise.reject(new Error("broken, too")),
    };
    const errors: unknown[] = [];
    const channels = new Channels({ bus: broken, onError: (error) => errors.push(error) });
    await expect(channels.ready).rejects.toMatchObject({
      code: "unavailable",
      message: "The bus failed",
      cause: new Error("broken"),
    });
    await settled();
    expect(errors).toEqual([new Error("broken, too")]);
  });
});

test("a bus that throws where it should reject: what it throws is reported, and channels go on", async () => {
  const fault = (what: string) => () => {
    throw new Error(what);
  };
  const broken: Bus = {
    maxPayload: 1000,
    open: async () => {},
    subscribe: fault("subscribe"),
    unsubscribe: fault("unsubscribe"),
    publish: fault("publish"),
    close: fault("close"),
  };
  const errors: unknown[] = [];
  const channels = new Channels({ bus: broken, onError: (error) => errors.push(error) });
  await channels.ready;
  const member = new FakeMember();
  await channels.join("arrakis", member).done;
  const { published } = channels.broadcast("arrakis", "hello");
  expect(await published).toMatchObject({
    ok: false,
    error: { code: "unavailable", cause: new Error("publish") },
  });
  expect(member.got).toEqual(["hello"]);
  member.close();
  await settled();
  await channels.close();
  expect(errors.map((error) => String((error as Error).cause ?? error))).toEqual([
    "Error: subscribe",
    "Error: subscribe",
    "Error: subscribe",
    "Error: unsubscribe",
    "Error: close",
  ]);
});

test("a subscription that was refused is asked for again when the bus is back", async () => {
  const node = cluster.start();
  const other = cluster.start();
  const subscribe = node.bus.subscribe.bind(node.bus);
  let isRefusing = true;
  node.bus.subscribe = (topics) =>
    isRefusing && topics.some((topic) => topic.startsWith("c"))
      ? Promise.reject(new BusError("refused", "no permission"))
      : subscribe(topics);
  await Promise.all([node.channels.ready, other.channels.ready]);
  const paul = new FakeMember();
  await node.channels.join("arrakis", paul).done;
  node.bus.cut();
  node.bus.mend();
  await settled();
  expect(node.errors).toHaveLength(2);
  isRefusing = false;
  node.bus.cut();
  node.bus.mend();
  await settled();
  other.channels.broadcast("arrakis", "hello");
  await settled();
  expect(paul.got).toEqual(["hello"]);
  expect(node.errors).toHaveLength(2);
});

test("a bus that goes down before open has settled is down, and up when it is", async () => {
  const bus = cluster.hub.bus();
  const { open } = bus;
  bus.open = async (receiver) => {
    await open.call(bus, receiver);
    bus.cut();
  };
  const states: string[] = [];
  const channels = new Channels({
    bus,
    cluster: { clock: cluster.clock },
    onBus: (state) => states.push(state),
  });
  await channels.ready;
  expect([channels.health().bus, states]).toEqual(["down", ["down"]]);
  bus.mend();
  await settled();
  expect([channels.health().bus, states]).toEqual(["up", ["down", "up"]]);
  await channels.close();
});

test("before the bus is connected own members are served, and members elsewhere are there from the start", async () => {
  const { channels } = cluster.start();
  const other = cluster.start();
  const [paul, jessica] = members(2);
  const joined = channels.join("arrakis", paul!);
  other.channels.join("arrakis", jessica!);
  const early = channels.broadcast("arrakis", "early");
  expect(channels.health().bus).toBe("connecting");
  expect(paul!.got).toEqual(["early"]);
  expect(await early.published).toMatchObject({ ok: false, error: { code: "unavailable" } });
  await joined.done;
  await settled();
  other.channels.broadcast("arrakis", "hello");
  await settled();
  expect(paul!.got).toEqual(["early", "hello"]);
});

test("while the bus is down local delivery goes on, publishing says so, and what was lost is counted to the message", async () => {
  const [one, other] = await cluster.connected(2);
  const [paul, jessica] = members(2);
  one!.channels.join("arrakis", paul!);
  await other!.channels.join("arrakis", jessica!).done;
  await cluster.clock.pass(1000);
  one!.channels.broadcast("arrakis", "before");
  await settled();
  cluster.hub.stop();
  expect([one!.states, other!.states]).toEqual([
    ["up", "down"],
    ["up", "down"],
  ]);
  for (let i = 0; i < 3; i++) {
    const result = one!.channels.broadcast("arrakis", `lost ${i}`);
    expect(result.sent).toBe(1);
    expect(await result.published).toMatchObject({ ok: false, error: { code: "unavailable" } });
  }
  expect(one!.channels.health()).toMatchObject({ bus: "down", error: { code: "unavailable" } });
  cluster.hub.start();
  await settled();
  one!.channels.broadcast("arrakis", "after");
  await settled();
  expect(paul!.got).toEqual(["before", "lost 0", "lost 1", "lost 2", "after"]);
  expect(jessica!.got).toEqual(["before", "after"]);
  expect(other!.gaps).toEqual(["arrakis 3"]);
  expect(one!.channels.stats()).toMatchObject({ published: 2, unpublished: 3 });
  expect(other!.channels.stats()).toMatchObject({ received: 2, lost: 3, duplicates: 0 });
});

test("a gap is told before the message behind it is delivered, and names the node", async () => {
  const [one] = await cluster.connected(1);
  const told: unknown[] = [];
  const [other] = await cluster.connected(1, { onGap: (gap) => told.push(gap) });
  const member = new FakeMember();
  member.reaction = (data) => told.push(data);
  await other!.channels.join("arrakis", member).done;
  one!.channels.broadcast("arrakis", "1");
  await settled();
  cluster.hub.copies = () => 0;
  one!.channels.broadcast("arrakis", "2");
  await settled();
  cluster.hub.copies = () => 1;
  one!.channels.broadcast("arrakis", "3");
  await settled();
  expect(told).toEqual(["1", { id: "arrakis", from: one!.channels.health().node, lost: 1 }, "3"]);
});

describe("a loss that no message follows", () => {
  test("is told within a heartbeat after the topic went quiet", async () => {
    const [one, other] = await cluster.connected(2);
    await other!.channels.join("arrakis", new FakeMember()).done;
    await cluster.clock.pass(5000);
    cluster.hub.copies = () => 0;
    for (let i = 0; i < 4; i++) one!.channels.broadcast("arrakis", `${i}`);
    await settled();
    cluster.hub.copies = () => 1;
    await cluster.clock.pass(5000);
    expect(other!.gaps).toEqual(["arrakis 4"]);
    await cluster.clock.pass(60_000);
    expect(other!.gaps).toEqual(["arrakis 4"]);
  });

  test("is told when the receiver comes back long after it: it asks", async () => {
    const [one, other] = await cluster.connected(2);
    await other!.channels.join("arrakis", new FakeMember()).done;
    await cluster.clock.pass(5000);
    other!.bus.cut();
    one!.channels.broadcast("arrakis", "lost");
    await cluster.clock.pass(60_000);
    other!.bus.mend();
    await cluster.clock.pass(5000);
    expect(other!.gaps).toEqual(["arrakis 1"]);
  });

  test("is told when the sender comes back after the receiver has asked", async () => {
    const [one, other] = await cluster.connected(2);
    await other!.channels.join("arrakis", new FakeMember()).done;
    await cluster.clock.pass(5000);
    other!.bus.cut();
    one!.channels.broadcast("arrakis", "lost");
    await cluster.clock.pass(60_000);
    one!.bus.cut();
    other!.bus.mend();
    await cluster.clock.pass(5000);
    expect(other!.gaps).toEqual([]);
    one!.bus.mend();
    await cluster.clock.pass(5000);
    expect(other!.gaps).toEqual(["arrakis 1"]);
  });

  test("is told if the sender closes", async () => {
    const [one, other] = await cluster.connected(2);
    await other!.channels.join("arrakis", new FakeMember()).done;
    await cluster.clock.pass(5000);
    cluster.hub.copies = () => 0;
    one!.channels.broadcast("arrakis", "lost");
    await settled();
    cluster.hub.copies = () => 1;
    await one!.channels.close();
    await settled();
    expect(other!.gaps).toEqual(["arrakis 1"]);
  });

  test("a tail that the bus does not take is told again", async () => {
    const [one, other] = await cluster.connected(2);
    await other!.channels.join("arrakis", new FakeMember()).done;
    await cluster.clock.pass(5000);
    cluster.hub.copies = () => 0;
    one!.channels.broadcast("arrakis", "lost");
    await settled();
    cluster.hub.copies = () => 1;
    const { publish } = one!.bus;
    let refused = 0;
    one!.bus.publish = (topic, payload) => {
      if (payload[2] !== 3 || refused++ > 1) return publish.call(one!.bus, topic, payload);
      return Promise.reject(new BusError("overloaded", "too much"));
    };
    await cluster.clock.pass(15_000);
    expect(refused).toBe(3);
    expect(other!.gaps).toEqual(["arrakis 1"]);
  });
});

test("what was lost before a member came is nobody's loss", async () => {
  const [one, other] = await cluster.connected(2);
  for (let i = 0; i < 10; i++) one!.channels.broadcast("arrakis", `${i}`);
  await cluster.clock.pass(1000);
  const member = new FakeMember();
  await other!.channels.join("arrakis", member).done;
  one!.channels.broadcast("arrakis", "hello");
  await cluster.clock.pass(20_000);
  other!.channels.leave("arrakis", member);
  await settled();
  for (let i = 0; i < 10; i++) one!.channels.broadcast("arrakis", `${i}`);
  await settled();
  await other!.channels.join("arrakis", member).done;
  one!.channels.broadcast("arrakis", "again");
  await cluster.clock.pass(20_000);
  expect(member.got).toEqual(["hello", "again"]);
  expect(other!.gaps).toEqual([]);
});

test("messages that come twice are delivered once, and counted", async () => {
  const [one, other] = await cluster.connected(2);
  const member = new FakeMember();
  await other!.channels.join("arrakis", member).done;
  cluster.hub.copies = () => 3;
  for (const each of ["a", "b"]) one!.channels.broadcast("arrakis", each);
  await settled();
  expect(member.got).toEqual(["a", "b"]);
  expect(other!.channels.stats()).toMatchObject({ received: 2, duplicates: 4, lost: 0 });
});

describe("after close", () => {
  test("members stay and hear each other; who joins is a member here", async () => {
    const [one, other] = await cluster.connected(2);
    const [paul, jessica, late] = members(3);
    one!.channels.join("arrakis", paul!);
    await other!.channels.join("arrakis", jessica!).done;
    await one!.channels.close();
    await one!.channels.close();
    expect(await one!.channels.join("arrakis", late!).done).toMatchObject({ status: "joined" });
    const result = one!.channels.broadcast("arrakis", "here");
    expect(result.sent).toBe(2);
    expect(await result.published).toMatchObject({ ok: false, error: { code: "closed" } });
    other!.channels.broadcast("arrakis", "there");
    await settled();
    expect([paul!.got, jessica!.got, late!.got]).toEqual([["here"], ["there"], ["here"]]);
    paul!.close();
    expect(one!.channels.size("arrakis")).toBe(1);
  });

  test("a channel with history goes on among own members, too", async () => {
    const [one] = await cluster.connected(1, { history: () => ({}) });
    await one!.channels.close();
    const [paul, jessica] = members(2);
    expect(await one!.channels.join("arrakis", paul!).done).toMatchObject({ status: "joined" });
    const { position } = await one!.channels.broadcast("arrakis", "hello").done;
    const since = { epoch: "another", offset: 1 };
    expect(await one!.channels.join("arrakis", jessica!, 0, { since }).done).toMatchObject({
      recovered: false,
    });
    one!.channels.broadcast("arrakis", "all");
    await settled();
    expect(position?.offset).toBe(1);
    expect([paul!.got, jessica!.got]).toEqual([["hello", "all"], ["all"]]);
    expect(one!.errors).toEqual([]);
  });

  test("joins that waited for the bus are done", async () => {
    cluster.hub.stop();
    const { channels } = cluster.start({ cluster: { startLocally: true } });
    const { done } = channels.join("arrakis", new FakeMember());
    await channels.ready;
    await channels.close();
    expect((await done).status).toBe("joined");
  });

  test("closing does not wait for an engine that does not answer", async () => {
    cluster = new TestCluster({ patience: Number.POSITIVE_INFINITY });
    const [one] = await cluster.connected(1);
    cluster.hub.freeze();
    const closed = one!.channels.close();
    await cluster.clock.pass(1000);
    await closed;
  });

  test("closing at once, before the bus is connected", async () => {
    const { channels, errors } = cluster.start();
    await channels.close();
    await settled();
    expect(channels.health().bus).toBe("closed");
    expect(errors).toEqual([]);
  });
});

test("a member that joins after its close is told so, and subscribes to nothing", async () => {
  const [one] = await cluster.connected(1);
  const member = new FakeMember();
  member.close();
  const result = one!.channels.join("arrakis", member);
  expect(await result.done).toMatchObject({ status: "closed" });
  expect([...one!.channels.ids()]).toEqual([]);
});

test("a join whose member leaves before the bus has answered is done, too", async () => {
  cluster = new TestCluster({ patience: Number.POSITIVE_INFINITY });
  const [one] = await cluster.connected(1);
  cluster.hub.freeze();
  const member = new FakeMember();
  const { done } = one!.channels.join("arrakis", member);
  await settled();
  member.close();
  expect((await done).status).toBe("joined");
});

test("options that make no sense are refused by name", () => {
  const bus = cluster.hub.bus();
  expect(() => new Channels({ bus: {} as Bus })).toThrow(TypeError);
  expect(() => new Channels({ cluster: {} })).toThrow(new TypeError("cluster needs a bus"));
  expect(() => new Channels({ bus, cluster: 5 as never })).toThrow(
    new TypeError("cluster must be an object"),
  );
  expect(() => new Channels({ bus, cluster: { beat: 1 } as never })).toThrow(
    new TypeError("cluster: beat is not an option"),
  );
  expect(() => new Channels({ bus, cluster: { ttl: "1" as never } })).toThrow(
    new TypeError("cluster: ttl must be a number"),
  );
  expect(() => new Channels({ bus, cluster: { startLocally: 1 as never } })).toThrow(
    new TypeError("cluster: startLocally must be true or false"),
  );
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    expect(() => new Channels({ bus, cluster: { queryTimeout: value } })).toThrow(RangeError);
  }
  expect(() => new Channels({ bus, cluster: { heartbeat: 5000, ttl: 10_000 } })).toThrow(
    new RangeError("cluster: ttl must be more than twice the heartbeat"),
  );
  const forgetful = new TestCluster({ log: false }).hub.bus();
  expect(() => new Channels({ bus: forgetful, history: () => ({}) })).toThrow(
    new TypeError("history: this bus has no log to keep it in"),
  );
  for (const name of ["onBus", "onGap"]) {
    expect(() => new Channels({ [name]: 5 })).toThrow(new TypeError(`${name} must be a function`));
  }
});
