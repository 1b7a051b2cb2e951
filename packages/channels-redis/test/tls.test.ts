import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort, type RedisServer } from "@exws/engines";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { type RedisClient, redisBus } from "../src/index.ts";
import { Listener } from "./support/listener.ts";
import { quick, serverFor } from "./support/scene.ts";

const file = (name: string) =>
  fileURLToPath(new URL(`../../../tooling/conformance-certificate/${name}.pem`, import.meta.url));

async function tlsServer(): Promise<{ server: RedisServer; port: number }> {
  const port = await freePort();
  const config = {
    "tls-port": String(port),
    "tls-cert-file": file("cert"),
    "tls-key-file": file("key"),
    "tls-auth-clients": "no",
  };
  return { server: await serverFor({ config }), port };
}

const clients: readonly [string, (port: number, ca: string | undefined) => RedisClient][] = [
  [
    "ioredis",
    (port, ca) =>
      new Redis({
        host: "127.0.0.1",
        port,
        lazyConnect: true,
        tls: ca === undefined ? {} : { ca, servername: "localhost" },
      }),
  ],
  [
    "redis",
    (port, ca) =>
      createClient({
        socket: {
          host: "127.0.0.1",
          port,
          tls: true,
          ...(ca === undefined ? {} : { ca, servername: "localhost" }),
        },
      }),
  ],
];

function listener(client: RedisClient): Listener {
  const one = new Listener(redisBus(client, { heartbeat: quick }));
  onTestFinished(() => one.bus.close());
  return one;
}

test.each(clients)("over TLS by %s, the settings of the client are those of the bus", async (_, make) => {
  const { server, port } = await tlsServer();
  const one = listener(make(port, readFileSync(file("cert"), "utf8")));
  await one.bus.open(one);
  await one.bus.subscribe(["t"]);
  await server.cut();
  await one.told(["down", "up"]);
  await one.say("t", "x".repeat(300_000));
  await one.hears("t", "x".repeat(300_000));
});

test.each(clients)("over TLS by %s, a certificate that nobody vouches for is not taken", async (_, make) => {
  const { port } = await tlsServer();
  const one = listener(make(port, undefined));
  await expect(one.bus.open(one)).rejects.toMatchObject({ code: "unavailable" });
});
