import type { Engine } from "./engine-process.ts";
import { RedisServer } from "./redis-server.ts";

const slots = 16_384;

/** A Redis Cluster of masters without replicas. */
export class RedisCluster implements Engine {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start(masters = 3): Promise<RedisCluster> {
    const config = { "cluster-enabled": "yes", "cluster-node-timeout": "2000" };
    const started = await Promise.allSettled(
      Array.from({ length: masters }, () => RedisServer.start({ config })),
    );
    const nodes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const cluster = new RedisCluster(nodes);
    try {
      for (const one of started) if (one.status === "rejected") throw one.reason;
      await cluster.#meet();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Resolves when every node says that all slots are served. */
  async #meet(): Promise<void> {
    const { nodes } = this;
    const share = Math.ceil(slots / nodes.length);
    for (const [index, node] of nodes.entries()) {
      const last = Math.min(slots, (index + 1) * share) - 1;
      await node.command("CLUSTER", "ADDSLOTSRANGE", index * share, last);
      await node.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      await nodes[0]!.command("CLUSTER", "MEET", "127.0.0.1", node.port);
    }
    await this.settled();
  }

  /** Resolves when every node knows all others and serves: 2 s after a start, which is how long a node of Redis waits. */
  async settled(): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (const node of this.nodes) {
      while (!(await this.#knowsAll(node))) {
        if (performance.now() > deadline) throw new Error("the cluster does not come up");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #knowsAll(node: RedisServer): Promise<boolean> {
    const info = String(await node.command("CLUSTER", "INFO"));
    return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${this.nodes.length}\r`);
  }

  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
    await this.settled();
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async freeze(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.freeze()));
  }

  thaw(): void {
    for (const node of this.nodes) node.thaw();
  }

  async cut(kind?: "pubsub" | "normal"): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.cut(kind)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}
