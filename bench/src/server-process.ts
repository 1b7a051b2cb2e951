import { readFileSync } from "node:fs";
import { NatsServer, RedisServer } from "@exws/engines";
import type { ServerConfig } from "../servers/config.ts";
import { Child } from "./child.ts";
import { serversFolder } from "./folders.ts";
import type { Peer } from "./peer.ts";
import { type Pinning, pinned } from "./pinning.ts";
import type { EngineName, Scenario } from "./scenario.ts";

/** What carries messages between the processes of a server; on the core of this process. */
type Engine = AsyncDisposable & { readonly port: number };

/** A peer's server, in a process of its own, or in several. */
export class ServerProcess {
  readonly port: number;
  /** All its processes. */
  readonly pids: readonly number[];
  readonly #child: Child;
  readonly #engine: Engine | undefined;

  private constructor(child: Child, engine: Engine | undefined, port: number, pids: readonly number[]) {
    this.#child = child;
    this.#engine = engine;
    this.port = port;
    this.pids = pids;
  }

  /** Starts it on its core, and the engine that it needs; resolves once it listens. */
  static async start(peer: Peer, scenario: Scenario, pinning: Pinning | undefined): Promise<ServerProcess> {
    const config: ServerConfig = {
      mode: scenario.kind === "broadcast" ? "broadcast" : "echo",
      type: scenario.type,
      size: scenario.size,
      slow: scenario.slow > 0,
      deflate: scenario.deflate,
      nodes: scenario.nodes,
    };
    const engine = await startEngine(scenario.engine);
    if (scenario.engine && engine) config.engine = { name: scenario.engine, port: engine.port };
    const command = peer.command(config, scenario.kind === "idle");
    const child = new Child(peer.name, pinned(pinning?.server, command), serversFolder);
    try {
      const { port, pids = [child.pid] } = await child.next<{ port: number; pids?: number[] }>(20_000);
      return new ServerProcess(child, engine, port, pids);
    } catch (error) {
      await child.end();
      await engine?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The resident memory of all its processes in bytes, what they share counted for each; `undefined` without `/proc`. */
  residentBytes(): number | undefined {
    try {
      const status = this.pids.map((pid) => readFileSync(`/proc/${pid}/status`, "latin1"));
      const kilobytes = status.map((text) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]));
      return kilobytes.reduce((sum, each) => sum + each, 0) * 1024;
    } catch {
      return undefined;
    }
  }

  /** Makes it collect garbage and tells its JavaScript heap with external memory, in bytes; `undefined` when it has no such thing. */
  async heapBytes(): Promise<number | undefined> {
    this.#child.send("memory");
    const { heap } = await this.#child.next<{ heap?: number }>(20_000);
    return heap;
  }

  async end(): Promise<void> {
    await this.#child.end();
    await this.#engine?.[Symbol.asyncDispose]();
  }
}

async function startEngine(name: EngineName | undefined): Promise<Engine | undefined> {
  if (name === undefined) return undefined;
  return name === "redis" ? await RedisServer.start() : await NatsServer.start();
}
