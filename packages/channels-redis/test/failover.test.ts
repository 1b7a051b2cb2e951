import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineProcess, type RedisServer, RespConnection } from "@exws/engines";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisBus } from "../src/index.ts";
import { libraries } from "./support/clients.ts";
import { Listener } from "./support/listener.ts";
import { openBus, quick, serverFor } from "./support/scene.ts";

const bounds = { count: 10, bytes: 1000, age: 60_000, keep: 60_000 };

/** A sentinel that watches one master. */
async function sentinelOf(master: RedisServer): Promise<EngineProcess> {
  const sentinel = await EngineProcess.start(
    { command: "redis-server", debian: "redis-server", variable: "EXWS_REDIS" },
    (port, folder) => {
      const file = join(folder, "sentinel.conf");
      const lines = [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir ${folder}`,
        `sentinel monitor dune 127.0.0.1 ${master.port} 1`,
        "sentinel down-after-milliseconds dune 500",
        "sentinel failover-timeout dune 2000",
      ];
      writeFileSync(file, `${lines.join("\n")}\n`);
      return [file, "--sentinel"];
    },
    async (port) => {
      using connection = await RespConnection.open(port);
      await connection.command("PING");
    },
  );
  onTestFinished(() => sentinel.dispose());
  return sentinel;
}

// Ten seconds of it are the sentinel's own: so often it looks at the replicas.
test("over ioredis with sentinels, a failover takes the bus to the new master", {
  timeout: 60_000,
}, async () => {
  const master = await serverFor();
  const replica = await serverFor({ config: { replicaof: `127.0.0.1 ${master.port}` } });
  await expect
    .poll(() => replica.command("INFO", "replication"), { timeout: 10_000 })
    .toContain("link_status:up");
  const sentinel = await sentinelOf(master);
  using asking = await RespConnection.open(sentinel.port);
  await expect
    .poll(() => asking.command("SENTINEL", "REPLICAS", "dune"), { timeout: 15_000 })
    .toHaveLength(1);

  const client = new Redis({
    sentinels: [{ host: "127.0.0.1", port: sentinel.port }],
    name: "dune",
    lazyConnect: true,
  });
  const make = () => new Listener(redisBus(client, { heartbeat: quick }));
  const [from, to] = [make(), make()];
  onTestFinished(() => Promise.all([from.bus.close(), to.bus.close()]).then(() => client.disconnect()));
  await Promise.all([from, to].map((one) => one.bus.open(one)));
  await to.bus.subscribe(["t"]);
  const place = await from.bus.log!.append("t", Buffer.from("a"), bounds);
  await from.say("t", "before");
  await to.hears("t", "before");

  // Not before the sentinel knows the replica to be a good one.
  await expect
    .poll(() => asking.command("SENTINEL", "FAILOVER", "dune").catch(String), {
      timeout: 20_000,
      interval: 200,
    })
    .toBe("OK");
  await expect
    .poll(() => replica.command("INFO", "replication"), { timeout: 15_000 })
    .toContain("role:master");
  // The old master becomes a replica a moment later; the sentinel closes its connections then.
  await expect.poll(() => master.command("INFO", "replication"), { timeout: 15_000 }).toContain("role:slave");
  await expect
    .poll(
      () =>
        from
          .say("t", "after")
          .then(() => replica.command("PUBSUB", "SHARDNUMSUB", "exws:t"))
          .catch(String),
      {
        timeout: 15_000,
      },
    )
    .toEqual(["exws:t", 1]);
  // What was said before the subscription was there again is lost.
  await expect
    .poll(() => from.say("t", "after").then(() => to.heard.includes("t after"), String), { timeout: 15_000 })
    .toBe(true);
  expect(await from.bus.log!.append("t", Buffer.from("b"), bounds)).toEqual({ ...place, offset: 2 });
});

describe.each(libraries)("over $library", (library) => {
  test("a master that has become a replica is left: what writes is rejected, and another connection is made", async () => {
    const [master, server] = [await serverFor(), await serverFor()];
    const one = await openBus(library, server);
    await one.bus.log!.append("t", Buffer.from("a"), bounds);
    await server.command("REPLICAOF", "127.0.0.1", master.port);
    await expect(one.bus.log!.append("t", Buffer.from("b"), bounds)).rejects.toMatchObject({
      code: "unavailable",
    });
    await one.told(["down", "up"]);
    await server.command("REPLICAOF", "NO", "ONE");
    await one.bus.log!.append("t", Buffer.from("c"), bounds);
  });
});
