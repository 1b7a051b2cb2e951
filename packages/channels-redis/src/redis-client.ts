import { type IoredisClient, IoredisDialer } from "./ioredis-dialer.ts";
import { type NodeRedisClient, NodeRedisDialer } from "./node-redis-dialer.ts";
import type { Dialer } from "./transport.ts";

/**
 * A client of the user's: a `Redis` or `Cluster` of `ioredis`, or what `createClient()` or `createCluster()` of `redis` returns. It need
 * not be connected. The bus duplicates it and neither uses nor closes it.
 */
export type RedisClient = IoredisClient | NodeRedisClient;

/** Finds out which library a client is of. Throws a TypeError for anything else. */
export function dialerOf(client: RedisClient): Dialer {
  const shape: Partial<IoredisClient & NodeRedisClient> = client ?? {};
  if (typeof shape.duplicate === "function") {
    if (typeof shape.isCluster === "boolean") return new IoredisDialer(client as IoredisClient);
    const isClient = "isPubSubActive" in shape || "masters" in shape;
    if (typeof shape.isOpen === "boolean" && isClient) return new NodeRedisDialer(client as NodeRedisClient);
  }
  throw new TypeError(
    "redisBus: client must be a Redis or Cluster of ioredis, or what createClient() or createCluster() of redis returns",
  );
}
