import { readFileSync } from "node:fs";
import type { ServerConfig } from "../servers/config.ts";
import { Child } from "./child.ts";
import { serversFolder } from "./folders.ts";
import type { Peer } from "./peer.ts";
import { type Pinning, pinned } from "./pinning.ts";
import type { Scenario } from "./scenario.ts";

/** A peer's server, in a process of its own. */
export class ServerProcess {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it on its core; resolves once it listens. */
  static async start(peer: Peer, scenario: Scenario, pinning: Pinning | undefined): Promise<ServerProcess> {
    const config: ServerConfig = {
      mode: scenario.kind === "broadcast" ? "broadcast" : "echo",
      type: scenario.type,
      size: scenario.size,
      slow: scenario.slow > 0,
      deflate: scenario.deflate,
    };
    const command = peer.command(config, scenario.kind === "idle");
    const child = new Child(peer.name, pinned(pinning?.server, command), serversFolder);
    try {
      const { port } = await child.next<{ port: number }>(20_000);
      return new ServerProcess(child, port);
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Its resident memory in bytes; `undefined` without `/proc`. */
  residentBytes(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, "latin1");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
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

  end(): Promise<void> {
    return this.#child.end();
  }
}
