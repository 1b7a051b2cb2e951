import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ownGroup, sources } from "@exws/processes";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "exws-relay-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A relay in a process of its own, which can be killed, frozen and cut. */
export class RelayProcess implements AsyncDisposable {
  readonly path: string = join(folder, `relay-${count++}`);
  readonly #options: object;
  #process: ChildProcess | undefined;
  #kill: () => void = () => {};
  #lines: Interface | undefined;

  constructor(options: object = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const options = JSON.stringify({ ...this.#options, path: this.path });
    const flags = [...sources, path("../children/relay.ts"), options];
    this.#process = spawn(process.execPath, flags, {
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    this.#kill = ownGroup(this.#process.pid!);
    this.#lines = createInterface({ input: this.#process.stdout! });
    await this.#line();
  }

  /** Kills it, as a crash of the primary. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    const isAlive = process.exitCode === null && process.signalCode === null;
    const exited = isAlive ? once(process, "exit") : undefined;
    this.#kill();
    await exited;
  }

  freeze(): void {
    this.#process!.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process!.kill("SIGCONT");
  }

  /** Ends all connections; it goes on at once. */
  async cut(): Promise<void> {
    await this.ask("cut");
  }

  /** Gives a command, and resolves with its counters once it is done. */
  async ask(command: string): Promise<Record<string, number>> {
    this.#process!.stdin!.write(`${command}\n`);
    return JSON.parse(await this.#line()).stats;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #line(): Promise<string> {
    return new Promise((resolve) => this.#lines!.once("line", resolve));
  }
}
