import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine } from "@exws/engines";
import { ownGroup, sources } from "@exws/processes";

const program = fileURLToPath(new URL("run-relay.ts", import.meta.url));

/** A relay of clusterBus() that tests stop and start as if it were an engine. */
export class RelayProcess implements Engine, AsyncDisposable {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #kill: () => void = () => {};

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<RelayProcess> {
    const relay = new RelayProcess(await mkdtemp(join(tmpdir(), "exws-chat-relay-")));
    await relay.start();
    return relay;
  }

  /** Its path. */
  get url(): string {
    return join(this.#folder, "relay");
  }

  async start(): Promise<void> {
    const args = [...sources, program, this.url];
    this.#child = spawn(process.execPath, args, {
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    this.#kill = ownGroup(this.#child.pid!);
    await once(this.#child.stdout!, "data");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const isAlive = child.exitCode === null && child.signalCode === null;
    const exited = isAlive ? once(child, "exit") : undefined;
    this.#kill();
    await exited;
  }

  async freeze(): Promise<void> {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async cut(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }
}
