import type { RedisCluster, RedisServer } from "@exws/engines";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import type { RedisClient } from "../../src/index.ts";

/** A client of a user, and its end. */
export type Made = { readonly client: RedisClient; end(): void };

/** Credentials other than those of the server's address. */
export type As = { readonly username?: string; readonly password?: string; readonly port?: number };

/** Both libraries, as users have them: one client that is connected or not, as it may be. */
export const libraries: readonly {
  readonly library: string;
  connect(server: RedisServer, as?: As): Made;
  cluster(cluster: RedisCluster): Made;
}[] = [
  {
    library: "ioredis",
    connect(server, as) {
      const { port, password } = new URL(server.url);
      const address = { host: "127.0.0.1", port: Number(port), password: decodeURIComponent(password) };
      const client = new Redis({ ...address, lazyConnect: true, ...as });
      return { client, end: () => client.disconnect() };
    },
    cluster({ nodes }) {
      const client = new Cluster(
        nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
        { lazyConnect: true },
      );
      return { client, end: () => client.disconnect() };
    },
  },
  {
    library: "redis",
    connect(server, { port = server.port, ...as } = {}) {
      const url = server.url.replace(String(server.port), String(port));
      const client =
        Object.keys(as).length === 0
          ? createClient({ url })
          : createClient({ ...as, socket: { host: "127.0.0.1", port } });
      return { client, end: () => client.destroy() };
    },
    cluster({ nodes }) {
      const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
      return { client, end: () => {} };
    },
  },
];
