import type { Bus } from "@exws/channels";
import { natsBus } from "@exws/channels-nats";
import { redisBus } from "@exws/channels-redis";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import { createClient } from "redis";
import type { BusConfig } from "./commands.ts";

/** Makes the bus that a configuration names, as an application would. */
export function busOf({ kind, port }: BusConfig): Bus {
  switch (kind) {
    case "ioredis":
      return redisBus(new Redis({ host: "127.0.0.1", port, lazyConnect: true }));
    case "node-redis":
      return redisBus(createClient({ url: `redis://127.0.0.1:${port}` }));
    case "nats":
      return natsBus(connect, { servers: `127.0.0.1:${port}` });
  }
}
