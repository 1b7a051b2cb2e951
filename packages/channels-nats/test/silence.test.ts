import { type Bus, BusError } from "@exws/channels";
import { TcpProxy } from "@exws/engines";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { codeOf, Listener, say } from "./support/listener.ts";
import { busTo, nats, openTo } from "./support/nats.ts";

const quick = { pingInterval: 50, pingTimeout: 200 };

/** Connections that this process has. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}

const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
process.on("unhandledRejection", note).on("uncaughtException", note);
afterEach(() => expect(faults).toEqual([]));

describe("a server that is frozen", () => {
  test("is noticed, and does not hold the connection open behind what waits for it", async () => {
    const server = await nats();
    const { bus, listener } = await openTo({ port: server.directPort }, quick);
    expect(sockets()).toBe(1);
    await server.freeze();
    const outcomes = Array.from({ length: 64 }, () => codeOf(bus.publish("t", new Uint8Array(200_000))));
    await listener.untilState("down:unavailable");
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["unavailable"]));
    await bus.close();
    expect(sockets()).toBe(0);
  });

  test("keeps what is published from piling up: beyond maxPending it is refused as overloaded", async () => {
    const server = await nats();
    const { bus, listener } = await openTo(server, { ...quick, pingTimeout: 1_000, maxPending: 1_048_576 });
    await server.freeze();
    const codes: Promise<unknown>[] = [];
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 4_000; i++) codes.push(codeOf(bus.publish("t", new Uint8Array(65_536))));
    // 250 MiB were offered.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300 * 1_048_576);
    await listener.untilState("down:unavailable");
    const all = await Promise.all(codes);
    expect(all.filter((code) => code === "unavailable").length).toBeLessThanOrEqual(16);
    expect(all.filter((code) => code === "overloaded").length).toBeGreaterThanOrEqual(3_984);
  });

  test("is not taken for dead while it answers, however much waits", async () => {
    const server = await nats();
    const { bus, listener } = await openTo(server, { ...quick, pingInterval: 5, pingTimeout: 100 });
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, () => bus.publish("t", new Uint8Array(100_000))));
    }
    expect(listener.states).toEqual([]);
  });

  test("is not taken for dead because this process was busy", async () => {
    const server = await nats();
    const { bus, listener } = await openTo(server, { ...quick, pingTimeout: 500 });
    for (let round = 0; round < 3; round++) {
      const end = performance.now() + 700;
      while (performance.now() < end);
      await say(bus, "t", "here");
    }
    expect(listener.states).toEqual([]);
  });

  test.each([
    ["in the same turn", () => {}],
    ["when it has left", () => new Promise((resolve) => setImmediate(resolve))],
  ])("and a bus that is closed %s: whatever waits is rejected as closed", async (_, turn) => {
    const server = await nats();
    const { bus } = await openTo(server);
    const bounds = { count: 10, bytes: 10_000, age: 60_000, keep: 60_000 };
    await bus.log!.append("t", new Uint8Array(1), bounds);
    await server.freeze();
    const waiting = [
      bus.publish("t", new Uint8Array(1)),
      bus.subscribe(["t"]),
      bus.log!.append("t", new Uint8Array(1), bounds),
      bus.log!.append("u", new Uint8Array(1), bounds),
      bus.log!.read("t", undefined, bounds),
    ].map(codeOf);
    await turn();
    await bus.close();
    expect(await Promise.all(waiting)).toEqual(Array(5).fill("closed"));
  });

  test("before the bus has connected: opening rejects, nothing is left of the attempts, and it connects when thawed", async () => {
    const server = await nats();
    await server.freeze();
    const bus = busTo({ port: server.directPort }, quick, { timeout: 100 });
    const listener = new Listener();
    expect(await codeOf(bus.open(listener))).toBe("unavailable");
    expect(sockets()).toBeLessThanOrEqual(1);
    server.thaw();
    await listener.untilState("up");
    await say(bus, "t", "here");
    expect(sockets()).toBe(1);
  });

  test("and a bus that is closed meanwhile leaves nothing behind", async () => {
    const server = await nats();
    await server.freeze();
    const bus = busTo({ port: server.directPort }, quick);
    const opening = codeOf(bus.open(new Listener()));
    const subscribing = codeOf(bus.subscribe(["t"]));
    await bus.close();
    expect([await opening, await subscribing]).toEqual(["closed", "closed"]);
    expect(sockets()).toBe(0);
  });
});

describe("a connection that carries nothing any more, and says nothing", () => {
  test("is noticed, and the bus comes back when a new one works", async () => {
    const server = await nats();
    const { bus: from } = await openTo({ port: server.directPort });
    const { bus, listener } = await openTo(server, quick, { timeout: 300 });
    await bus.subscribe(["t"]);
    server.proxy.hold();
    await listener.untilState("down:unavailable");
    server.proxy.release();
    await listener.untilState("up");
    await say(from, "t", "here");
    await listener.until(() => listener.heard.includes("t here"));
  });
});

test("of several servers those that are gone or frozen are passed over, at open and later", async () => {
  const [gone, frozen, alive] = [await nats(), await nats(), await nats()];
  await gone.stop();
  await frozen.freeze();
  const { bus, listener } = await openTo(alive, quick, {
    servers: [gone, frozen, alive].map(({ directPort }) => `127.0.0.1:${directPort}`),
    noRandomize: true,
    timeout: 200,
  });
  await say(bus, "t", "here");
  await gone.start();
  await alive.freeze();
  await listener.untilState("down:unavailable");
  await listener.untilState("up");
  await say(bus, "t", "here");
  await bus.close();
  expect(sockets()).toBe(0);
});

test("what was on its way when a connection was given up does not come behind newer messages", async () => {
  const server = await nats();
  const [early, late] = [await TcpProxy.start(server.directPort), await TcpProxy.start(server.directPort)];
  onTestFinished(() => early[Symbol.asyncDispose]());
  onTestFinished(() => late[Symbol.asyncDispose]());
  const { bus: to, listener: heard } = await openTo({ port: server.directPort });
  await to.subscribe(["t"]);
  const { bus, listener } = await openTo(early, quick, {
    servers: [early, late].map(({ port }) => `127.0.0.1:${port}`),
    noRandomize: true,
    timeout: 200,
  });
  await say(bus, "t", "first");
  early.hold("up");
  expect(await codeOf(say(bus, "t", "old"))).toBe("unavailable");
  await listener.untilState("up");
  await say(bus, "t", "new");
  early.release();
  await early.until(0);
  await say(bus, "t", "end");
  await heard.until(() => heard.heard.includes("t end"));
  expect(heard.heard).toEqual(["t first", "t new", "t end"]);
});

test("a node that does not read is cut off by the server, comes back, and hears again", async () => {
  const server = await nats({ config: `max_pending: 1MB\nwrite_deadline: "100ms"\n` });
  const proxy = await TcpProxy.start(server.directPort);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const { bus: from } = await openTo({ port: server.directPort });
  const { bus: slow, listener } = await openTo(proxy, { ...quick, pingTimeout: 10_000 });
  await slow.subscribe(["t"]);
  proxy.hold("down");
  const deadline = performance.now() + 10_000;
  while (!server.output.includes("Slow Consumer") && performance.now() < deadline) {
    await from.publish("t", new Uint8Array(500_000));
  }
  expect(server.output).toContain("Slow Consumer");
  proxy.release();
  await listener.untilState("up");
  await say(from, "t", "end");
  await listener.until(() => listener.heard.includes("t end"));
  expect(listener.states).toEqual(["down:unavailable", "up"]);
});

test("ten thousand topics are subscribed again before up, within 5 s of the server's return", async () => {
  const server = await nats();
  const { bus: from, listener: other } = await openTo(server);
  const { bus, listener } = await openTo(server);
  const topics = Array.from({ length: 10_000 }, (_, index) => `topic-${index}`);
  await bus.subscribe(topics);
  await server.stop();
  await listener.untilState("down:unavailable");
  await other.untilState("down:unavailable");
  await server.start();
  const returned = performance.now();
  await listener.untilState("up");
  expect(listener.changed - returned).toBeLessThan(5_000);
  await other.untilState("up");
  await Promise.all(topics.map((topic) => say(from, topic, "here")));
  await listener.until(() => listener.heard.length === topics.length);
});

test("a receiver that throws does not end the connection", async () => {
  const server = await nats();
  const { bus: from } = await openTo(server);
  const bus: Bus = busTo(server);
  let heard = 0;
  const both = new Promise<void>((resolve) => {
    void bus.open({
      message() {
        if (++heard === 2) resolve();
        throw new BusError("refused", "a fault of the receiver");
      },
      up() {},
      down() {},
    });
  });
  await bus.subscribe(["t"]);
  await say(from, "t", "one");
  await say(from, "t", "two");
  await both;
  await new Promise((resolve) => setImmediate(resolve));
  expect(faults.splice(0).map(String)).toEqual(Array(2).fill("BusError: a fault of the receiver"));
});

test("a bus is opened once", async () => {
  const { bus } = await openTo(await nats());
  await expect(bus.open(new Listener())).rejects.toThrow(TypeError);
});
