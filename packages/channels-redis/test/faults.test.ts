import { BusError } from "@exws/channels";
import { RespConnection, TcpProxy } from "@exws/engines";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { libraries } from "./support/clients.ts";
import { busOf, openBus, serverFor } from "./support/scene.ts";

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "resolved",
    (error) => (error instanceof BusError ? error.code : String(error)),
  );

async function proxyFor(port: number): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(port);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

describe.each(libraries)("over $library", (library) => {
  test("a wrong password is refused; when it is right, the bus comes up by itself", async () => {
    const server = await serverFor({ password: "right" });
    const one = busOf(library, server, { as: { password: "wrong" } });
    expect(await code(one.bus.open(one))).toBe("refused");
    expect(await code(one.say("t", "x"))).toBe("unavailable");
    await server.command("ACL", "SETUSER", "default", "on", ">wrong");
    await one.told(["up"]);
    await one.say("t", "x");
  });

  test("a password that is changed while the bus is up shuts it out at its next connection, until it is let in again", async () => {
    const server = await serverFor({ users: ["node on >first ~* &* +@all"] });
    const one = await openBus(library, server, { as: { username: "node", password: "first" } });
    await server.command("ACL", "SETUSER", "node", "resetpass", ">second");
    await server.cut();
    await one.told(["down"]);
    await server.command("ACL", "SETUSER", "node", ">first");
    await one.told(["down", "up"]);
  });

  test("a channel that the user may not use is refused, and harms no other", async () => {
    const server = await serverFor({
      users: ["node on >pass resetchannels &dune:good* &dune:t* ~* +@all"],
    });
    const as = { username: "node", password: "pass" };
    const one = await openBus(library, server, { as, prefix: "dune" });
    const [good, bad, mixed] = [
      one.bus.subscribe(["good"]),
      one.bus.subscribe(["bad"]),
      one.bus.subscribe(["t", "bad"]),
    ];
    expect(await Promise.all([good, bad, mixed].map(code))).toEqual(["resolved", "refused", "refused"]);
    expect(await code(one.say("bad", "x"))).toBe("refused");
    await one.say("t", "x");
    await one.say("good", "x");
    await one.hears("good", "x");
    expect(one.heard).toEqual(["good x"]);
    expect(one.states).toEqual([]);
  });

  test("a channel that is asked for while the bus is down, and then refused, does not keep it down", async () => {
    const server = await serverFor({ users: ["node on >pass resetchannels &dune:good ~* +@all"] });
    const as = { username: "node", password: "pass" };
    const one = await openBus(library, server, { as, prefix: "dune" });
    await one.bus.subscribe(["good"]);
    await server.cut();
    await one.told(["down"]);
    const late = code(one.bus.subscribe(["bad"]));
    await one.told(["down", "up"]);
    expect(await late).toBe("refused");
    await one.say("good", "x");
    await one.hears("good", "x");
  });

  test("a server without room for clients is unavailable, and used when it has some", async () => {
    const server = await serverFor({ config: { maxclients: "6" } });
    const others = await Promise.all(Array.from({ length: 6 }, () => RespConnection.open(server.port)));
    await others[5]!.command("PING");
    const one = busOf(library, server);
    expect(await code(one.bus.open(one))).toBe("unavailable");
    for (const other of others) other[Symbol.dispose]();
    await one.told(["up"]);
  });

  test("when only the publishing connection is cut, the subscribing one stays", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    await one.bus.subscribe(["t"]);
    const subscriber = async () =>
      /id=(\d+) .* s?sub=1 /.exec(String(await server.command("CLIENT", "LIST")))?.[1];
    const before = await subscriber();
    await server.cut("normal");
    await one.told(["down", "up"]);
    expect(before).toMatch(/^\d+$/);
    expect(await subscriber()).toBe(before);
    await one.say("t", "x");
    await one.hears("t", "x");
  });

  test("when only the subscribing connection is cut, nothing is published before it has all its topics again", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    await one.bus.subscribe(["t", "u"]);
    await server.cut("pubsub");
    await one.told(["down"]);
    expect(await code(one.say("t", "lost"))).toBe("unavailable");
    await one.told(["down", "up"]);
    await Promise.all([one.say("t", "x"), one.say("u", "x")]);
    await one.hears("t", "x");
    await one.hears("u", "x");
    expect(one.heard).toHaveLength(2);
  });

  // node-redis takes the second for granted, and lets it end with the first: PUBSUB NUMSUB says 0.
  test("a topic that is unsubscribed and subscribed again in one turn stays subscribed", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    await one.bus.subscribe(["t"]);
    one.bus.unsubscribe(["t"]);
    await one.bus.subscribe(["t"]);
    expect(await server.command("PUBSUB", "SHARDNUMSUB", "exws:t")).toEqual(["exws:t", 1]);
    await one.say("t", "x");
    await one.hears("t", "x");
  });

  test("a way that is dead without a word is noticed, and given up", async () => {
    const server = await serverFor();
    const proxy = await proxyFor(server.port);
    const [one, other] = [
      await openBus(library, server, { as: { port: proxy.port } }),
      await openBus(library, server),
    ];
    await one.bus.subscribe(["t"]);
    proxy.hold();
    await one.told(["down"]);
    expect(one.errors[0]).toMatchObject({
      code: "unavailable",
      message: "Redis has not answered for 1200 ms",
    });
    expect(other.states).toEqual([]);
    proxy.release();
    await one.told(["down", "up"]);
    await other.say("t", "x");
    await one.hears("t", "x");
  });

  test("what a connection that was given up still holds does not arrive behind newer messages", async () => {
    const server = await serverFor();
    const proxy = await proxyFor(server.port);
    const from = await openBus(library, server, { as: { port: proxy.port } });
    const to = await openBus(library, server);
    await to.bus.subscribe(["t"]);
    proxy.stick();
    const old = code(from.say("t", "old"));
    await from.told(["down", "up"]);
    expect(await old).toBe("unavailable");
    await from.say("t", "new");
    proxy.release();
    await to.hears("t", "new");
    // All that is on its way has arrived when another client of the proxy has been answered.
    await proxy.until(2);
    await from.say("t", "end");
    await to.hears("t", "end");
    expect(to.heard).toEqual(["t new", "t end"]);
  });

  test("a subscriber that is slow is cut off by the server; the bus says so and comes back", async () => {
    const server = await serverFor({ config: { "client-output-buffer-limit": "pubsub 1mb 1mb 1" } });
    const proxy = await proxyFor(server.port);
    const slow = await openBus(library, server, { as: { port: proxy.port } });
    const from = await openBus(library, server);
    await slow.bus.subscribe(["t"]);
    proxy.hold("down");
    const big = "x".repeat(1_000_000);
    for (let i = 0; i < 12; i++) await from.say("t", big);
    expect(server.output).toContain("overcoming of output buffer limits");
    await slow.told(["down"]);
    proxy.release();
    await slow.told(["down", "up"]);
    await from.say("t", "after");
    await slow.hears("t", "after");
  });

  test("ten thousand topics are there again within 2 s of the server's return, in ten commands", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    const topics = Array.from({ length: 10_000 }, (_, i) => `topic-${i}`);
    await one.bus.subscribe(topics);
    await server.stop();
    await one.told(["down"]);
    await server.start();
    const start = performance.now();
    await one.told(["down", "up"]);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(String(await server.command("INFO", "commandstats"))).toContain("cmdstat_ssubscribe:calls=10,");
    await one.say("topic-9999", "x");
    await one.hears("topic-9999", "x");
  });

  test("while the server is frozen exactly the bound waits, and the rest is refused as overloaded", async () => {
    const server = await serverFor();
    const one = await openBus(library, server, {
      maxPayload: 1000,
      pending: { bytes: 10_000, count: 50 },
    });
    await server.freeze();
    const payload = new Uint8Array(1000);
    const large = Array.from({ length: 100 }, () => code(one.bus.publish("t", payload)));
    const settled: string[] = [];
    for (const each of large) void each.then((result) => settled.push(result));
    await vi.waitFor(() => expect(settled).toHaveLength(90));
    expect(new Set(settled)).toEqual(new Set(["overloaded"]));
    await one.told(["down"]);
    expect((await Promise.all(large)).filter((each) => each === "unavailable")).toHaveLength(10);
    server.thaw();
    await one.told(["down", "up"]);
    const small = Array.from({ length: 60 }, () => code(one.bus.publish("t", new Uint8Array(0))));
    expect((await Promise.all(small)).filter((each) => each === "overloaded")).toHaveLength(10);
  });

  test("when this process itself has stood still, the server is not taken for dead", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    for (let round = 0; round < 3; round++) {
      const until = performance.now() + 800;
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await one.say("t", "x");
    expect(one.states).toEqual([]);
  });

  test("closing leaves no connection, whether it is up, down or connecting", async () => {
    const server = await serverFor();
    const count = async () =>
      String(await server.command("CLIENT", "LIST"))
        .trim()
        .split("\n").length;
    const up = await openBus(library, server);
    const connecting = busOf(library, server);
    const opening = code(connecting.bus.open(connecting));
    expect(await count()).toBeGreaterThan(2);
    await Promise.all([up.bus.close(), connecting.bus.close()]);
    expect(await opening).toBe("closed");
    await expect.poll(count).toBe(1);
    expect([...up.states, ...connecting.states]).toEqual([]);
  });

  test("what is no topic is a TypeError, and nothing of it reaches the server", async () => {
    const server = await serverFor();
    const one = await openBus(library, server);
    const poison = [
      "",
      "*",
      "a*",
      "?",
      "[a]",
      "a b",
      "a\r\nFLUSHALL\r\n",
      "a\0",
      "a:b",
      "{a}",
      "ä",
      "a".repeat(201),
    ];
    for (const topic of [...poison, 1 as unknown as string]) {
      await expect(one.bus.subscribe([topic])).rejects.toThrow(TypeError);
      await expect(one.say(topic, "x")).rejects.toThrow(TypeError);
    }
    expect(String(await server.command("INFO", "commandstats"))).not.toMatch(/subscribe|publish/);
    expect(one.states).toEqual([]);
  });
});
