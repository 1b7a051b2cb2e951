import { type Engine, NatsServer, RedisServer, TcpProxy } from "@exws/engines";
import { Client } from "./client.ts";
import type { BusConfig, Counts, NodeConfig } from "./commands.ts";
import type { Numbered } from "./ledger.ts";
import { ServerProcess } from "./server-process.ts";

/** A server process, its client, and the proxy between it and the engine. */
export type Node = {
  readonly process: ServerProcess;
  readonly id: string;
  readonly client: Client;
  readonly proxy: TcpProxy;
};

type RunningEngine = Engine & { readonly port: number };

/** Several server processes over one real engine, each with a client in the same room. */
export class Cluster {
  readonly engine: RunningEngine;
  readonly nodes: readonly Node[];

  private constructor(engine: RunningEngine, nodes: readonly Node[]) {
    this.engine = engine;
    this.nodes = nodes;
  }

  /** Whoever owns `resources` ends what was started with them, however far that came. */
  static async start(
    resources: AsyncDisposableStack,
    kind: BusConfig["kind"],
    size: number,
    settings: Pick<NodeConfig, "heartbeat" | "ttl" | "history">,
  ): Promise<Cluster> {
    const engine = resources.use(await (kind === "nats" ? NatsServer.start() : RedisServer.start()));
    const nodes: Node[] = [];
    for (let i = 1; i <= size; i++) {
      const proxy = resources.use(await TcpProxy.start(engine.port));
      const name = `node-${i}`;
      const server = resources.use(
        ServerProcess.start({ name, bus: { kind, port: proxy.port }, ...settings }),
      );
      await server.ready();
      const client = resources.use(await Client.join(server.url, `user-${i}`));
      nodes.push({ process: server, id: await server.tell("id"), client, proxy });
    }
    return new Cluster(engine, nodes);
  }

  /** All nodes begin to publish, each a number every so many milliseconds. */
  async startTraffic(every: number): Promise<void> {
    for (const { process } of this.nodes) await process.tell("startPublishing", every);
  }

  /** All nodes stop publishing; resolves when each client has got one more number of every node that lives. */
  async stopTraffic(): Promise<void> {
    for (const { process } of this.alive()) await process.tell("stopPublishing");
    await this.allHearAll();
  }

  /** Every node that lives publishes one number, and all their clients get it. */
  async allHearAll(): Promise<void> {
    const nodes = this.alive();
    const said = await Promise.all(nodes.map(({ process }) => process.tell("publishOne")));
    await Promise.all(
      nodes.flatMap(({ client }) => said.map(({ from, number }) => client.until(from, number))),
    );
  }

  /** The nodes that have not been killed. */
  alive(): Node[] {
    return this.nodes.filter(({ process }) => process.isAlive);
  }

  /** Resolves when all buses are up, or down. */
  async until(state: "up" | "down"): Promise<void> {
    await Promise.all(this.alive().map(({ process }) => process.until(state)));
  }

  /** What each living node counts, by its id. */
  async counts(): Promise<Map<string, Counts>> {
    const pairs = this.alive().map(async ({ id, process }) => [id, await process.tell("counts")] as const);
    return new Map(await Promise.all(pairs));
  }
}

/** What a client of one node must have got of one publisher, and has. */
export type Balance = {
  readonly at: string;
  readonly from: string;
  readonly published: number;
  readonly received: number;
  readonly lost: number;
};

/** The books of a cluster whose traffic has stopped: each publisher at each client. */
export async function balances(cluster: Cluster, published: readonly Numbered[]): Promise<Balance[]> {
  const counts = await cluster.counts();
  return cluster.alive().flatMap(({ id, client }) =>
    published.map(({ from, number }) => ({
      at: id,
      from,
      published: number,
      received: client.ledger.count(from),
      lost: counts.get(id)!.lost[from] ?? 0,
    })),
  );
}
