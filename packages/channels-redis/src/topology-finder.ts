import { BusError } from "@exws/channels";
import type { Connection } from "./connection.ts";
import { single, type Topology, topologyOf } from "./topology.ts";
import type { Address, Dialer } from "./transport.ts";

/** Finds out which server has what: asks those it is connected with, else those it knows of, else the user's client. */
export class TopologyFinder {
  readonly #dialer: Dialer;
  readonly #timeout: number;
  readonly #open: (address: Address) => Promise<Connection>;
  #seeds: readonly Address[] = [];

  constructor(dialer: Dialer, timeout: number, open: (address: Address) => Promise<Connection>) {
    this.#dialer = dialer;
    this.#timeout = timeout;
    this.#open = open;
  }

  /** Rejects when no server answers that knows where all slots are. */
  async find(connections: ReadonlyMap<string, Connection>): Promise<Topology> {
    if (!this.#dialer.cluster) return single;
    const known = await this.ask(connections);
    if (known !== undefined) return known;
    if (this.#seeds.length === 0) this.#seeds = await this.#dialer.seeds(this.#timeout);
    const results = await Promise.allSettled(this.#seeds.map((seed) => this.#askSeed(seed)));
    for (const result of results) if (result.status === "fulfilled") return this.#remember(result.value);
    // They may all have gone; the user's client may know others.
    this.#seeds = [];
    throw (results[0] as PromiseRejectedResult).reason;
  }

  /** Asks a server that it is connected with; undefined when none of them tells. */
  async ask(connections: ReadonlyMap<string, Connection>): Promise<Topology | undefined> {
    for (const seed of this.#seeds) {
      const connection = connections.get(`${seed.host}:${seed.port}`);
      const topology = connection && (await slotsOf(connection, seed).catch(() => undefined));
      if (topology !== undefined) return this.#remember(topology);
    }
    return undefined;
  }

  #remember(topology: Topology): Topology {
    this.#seeds = [...topology.servers.values()].filter((address) => address !== undefined);
    return topology;
  }

  async #askSeed(address: Address): Promise<Topology> {
    const connection = await this.#open(address);
    try {
      const topology = await slotsOf(connection, address);
      if (topology === undefined) throw new BusError("unavailable", "the cluster does not serve all slots");
      return topology;
    } finally {
      connection.close(new BusError("unavailable", "it was asked for the slots only"));
    }
  }
}

async function slotsOf(connection: Connection, address: Address): Promise<Topology | undefined> {
  return topologyOf(await connection.command(["CLUSTER", "SLOTS"]), address);
}
