import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { ownGroup } from "./own-group.ts";
import { sources } from "./sources.ts";

const running = new Set<ProgramProcess>();

/** What a program that has ended printed, and the exit code, or the signal that ended it. */
export type Outcome = { code: number | string; stdout: string; stderr: string };

/** A program of this repository as its own process, run from the sources. It is killed when the test is over. */
export class ProgramProcess {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #kill: () => void;
  /** Everything it printed so far. */
  stdout = "";
  stderr = "";

  private constructor(main: URL, args: readonly string[]) {
    this.child = spawn(process.execPath, [...sources, fileURLToPath(main), ...args], {
      stdio: "pipe",
      detached: true,
    });
    this.#kill = ownGroup(this.child.pid!);
    this.child.stdout!.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.#ended = once(this.child, "close");
    running.add(this);
  }

  /** Starts it and waits until it says where it listens. */
  static async start(main: URL, ...args: string[]): Promise<ProgramProcess> {
    const program = new ProgramProcess(main, args);
    const lines = createInterface({ input: program.child.stdout! });
    await Promise.race([
      once(lines, "line"),
      program.ended().then((code) => {
        throw new Error(`ended with ${code}: ${program.stderr}`);
      }),
    ]);
    return program;
  }

  /** Runs it to its end. */
  static async run(main: URL, ...args: string[]): Promise<Outcome> {
    const program = new ProgramProcess(main, args);
    const code = await program.ended();
    return { code, stdout: program.stdout, stderr: program.stderr };
  }

  /** The exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    await this.#ended;
    this.#kill();
    running.delete(this);
    return this.child.exitCode ?? this.child.signalCode ?? "";
  }

  /** Kills it with all that it started, and resolves when they are gone. */
  async end(): Promise<void> {
    this.#kill();
    await this.ended();
  }

  /** The first address that it printed: where it listens. */
  get url(): string {
    return /(?:ws|http)s?:\S+/.exec(this.stdout)?.[0] ?? "";
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }
}

afterEach(async () => {
  for (const program of running) {
    await program.end();
  }
});
