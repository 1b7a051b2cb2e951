import { expect, onTestFinished, test } from "vitest";
import { RedisCluster, RedisServer, RespConnection, TcpProxy } from "../src/index.ts";

async function redis(options?: Parameters<typeof RedisServer.start>[0]): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

test("a server starts on a port of its own, is killed, and starts there again without its data", async () => {
  const server = await redis();
  await server.command("SET", "who", "Paul");
  await server.stop();
  await expect(server.command("PING")).rejects.toThrow("ECONNREFUSED");
  await server.start();
  expect(await server.command("GET", "who")).toBe(null);
});

test("a server that persists has its data when it starts again", async () => {
  const server = await redis({ persist: true });
  await server.command("SET", "who", "Paul");
  await server.stop();
  await server.start();
  expect(await server.command("GET", "who")).toBe("Paul");
});

test("a frozen server answers when it is thawed", async () => {
  const server = await redis();
  const witness = await redis();
  await server.freeze();
  let answered = false;
  const reply = server.command("PING").finally(() => {
    answered = true;
  });
  // One that runs has answered by now, many times.
  for (let i = 0; i < 20; i++) await witness.command("PING");
  expect(answered).toBe(false);
  server.thaw();
  expect(await reply).toBe("PONG");
});

test("passwords, users and settings are what was asked for", async () => {
  const server = await redis({
    password: "s3cr:t",
    users: ["alice on >wonder ~* &exws:* +@all"],
    config: { maxclients: "50", "client-output-buffer-limit": "pubsub 1mb 1mb 1" },
  });
  expect(server.url).toBe(`redis://:s3cr%3At@127.0.0.1:${server.port}`);
  expect(await server.command("CONFIG", "GET", "maxclients")).toEqual(["maxclients", "50"]);
  using alice = await RespConnection.open(server.port);
  await expect(alice.command("PING")).rejects.toThrow("NOAUTH");
  await alice.command("AUTH", "alice", "wonder");
  await expect(alice.command("PUBLISH", "other", "x")).rejects.toThrow("NOPERM");
  expect(await alice.command("PUBLISH", "exws:a", "x")).toBe(0);
});

test("only connections of the kind that is cut are closed", async () => {
  const server = await redis();
  using normal = await RespConnection.open(server.port);
  using subscriber = await RespConnection.open(server.port);
  await subscriber.command("SUBSCRIBE", "a");
  await server.cut("pubsub");
  await expect(subscriber.command("PING")).rejects.toThrow(/closed|ended|EPIPE|ECONNRESET/);
  expect(await normal.command("PING")).toBe("PONG");
  await server.cut("normal");
  await expect(normal.command("PING")).rejects.toThrow(/closed|ended|EPIPE|ECONNRESET/);
});

test("a connection that was closed refuses every further command", async () => {
  const server = await redis();
  using connection = await RespConnection.open(server.port);
  await server.cut();
  await expect(connection.command("PING")).rejects.toThrow();
  await expect(connection.command("PING")).rejects.toThrow("the connection was closed");
});

test("a server that does not start says why", async () => {
  await expect(RedisServer.start({ config: { "no-such-setting": "1" } })).rejects.toThrow("no-such-setting");
});

test("a missing server is an error that says what to install", async () => {
  const before = process.env["EXWS_REDIS"];
  process.env["EXWS_REDIS"] = "/nowhere/redis-server";
  try {
    await expect(RedisServer.start()).rejects.toThrow(
      "/nowhere/redis-server is missing: install it (Debian: apt-get install redis-server) or name it in EXWS_REDIS",
    );
  } finally {
    if (before === undefined) delete process.env["EXWS_REDIS"];
    else process.env["EXWS_REDIS"] = before;
  }
});

test("a cluster of three serves all slots", async () => {
  const cluster = await RedisCluster.start();
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  expect(String(await cluster.nodes[2]!.command("CLUSTER", "INFO"))).toContain("cluster_slots_ok:16384");
});

test("a proxy holds what passes, and lets it go", async () => {
  const server = await redis();
  await using proxy = await TcpProxy.start(server.port);
  using connection = await RespConnection.open(proxy.port);
  expect(await connection.command("PING")).toBe("PONG");
  proxy.hold("down");
  let answered = false;
  const reply = connection.command("SET", "who", "Paul").finally(() => {
    answered = true;
  });
  await expect.poll(() => server.command("GET", "who")).toBe("Paul");
  expect(answered).toBe(false);
  proxy.release();
  expect(await reply).toBe("OK");
});

test("a proxy cuts connections, and refuses them until it is healed", async () => {
  const server = await redis();
  await using proxy = await TcpProxy.start(server.port);
  using connection = await RespConnection.open(proxy.port);
  proxy.cut();
  await expect(connection.command("PING")).rejects.toThrow(/closed|ended|EPIPE|ECONNRESET/);
  proxy.refuse();
  await expect(RespConnection.open(proxy.port).then((opened) => opened.command("PING"))).rejects.toThrow(
    /closed|ended|EPIPE|ECONNRESET/,
  );
  proxy.heal();
  using again = await RespConnection.open(proxy.port);
  expect(await again.command("PING")).toBe("PONG");
});
