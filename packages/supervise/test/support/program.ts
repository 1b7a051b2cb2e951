import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ownGroup, sources } from "@exws/processes";
import { afterEach } from "vitest";
import type { SuperviseOptions } from "../../src/options.ts";

/** A line of JSON that the supervising program or one of its workers printed. */
export type Line = { event: string; [key: string]: unknown };

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const running = new Set<Program>();

/** The path of a program in test/children. */
export function child(name: string): string {
  return path(`../children/${name}.ts`);
}

/** A supervising program in a process of its own, with its workers. */
export class Program {
  readonly process: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  /** Resolves when nobody holds its output any more: the workers are gone, too. */
  readonly silent: Promise<unknown>;
  readonly lines: Line[] = [];
  stderr = "";
  /** The TCP port of the workers. */
  port = 0;
  readonly #killAll: () => void;
  #waiting: { matches: (line: Line) => boolean; resolve: (line: Line) => void }[] = [];
  #taken = new Set<Line>();

  private constructor(process: ChildProcess) {
    this.process = process;
    this.#killAll = ownGroup(process.pid!);
    this.exited = new Promise((resolve) => process.on("exit", (code, signal) => resolve({ code, signal })));
    this.silent = new Promise((resolve) => process.stdout!.on("close", resolve));
    process.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
    });
    createInterface({ input: process.stdout! }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      this.lines.push(line);
      const at = this.#waiting.findIndex(({ matches }) => matches(line));
      if (at !== -1) this.#take(line, this.#waiting.splice(at, 1)[0]!.resolve);
    });
    running.add(this);
  }

  /** Starts it and does not wait for anything. */
  static run(entry: string, options: Partial<SuperviseOptions> = {}, node = process.execPath): Program {
    const settings = JSON.stringify({ entry: child(entry), workers: 2, ...options });
    const flags = [...sources, child("supervisor"), settings];
    return new Program(spawn(node, flags, { stdio: "pipe", detached: true }));
  }

  /** Starts it and waits until all workers are ready. */
  static async start(
    entry: string,
    options: Partial<SuperviseOptions> = {},
    node?: string,
  ): Promise<Program> {
    const program = Program.run(entry, options, node);
    const { addresses } = await program.next("started");
    program.port = (addresses as { port: number }[])[0]?.port ?? 0;
    return program;
  }

  /** The next line of an event that was not taken before, and that fits. */
  async next(event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    const matches = (line: Line): boolean => line.event === event && !this.#taken.has(line) && fits(line);
    const there = this.lines.find(matches);
    if (there !== undefined) {
      this.#taken.add(there);
      return there;
    }
    const line = new Promise<Line>((resolve) => {
      this.#waiting.push({ matches, resolve });
    });
    const end = this.silent.then(() => {
      throw new Error(`the program ended before ${event}: ${this.stderr}`);
    });
    return Promise.race([line, end]);
  }

  /** Tells the program to call a method of its supervisor. */
  tell(command: string): void {
    this.process.stdin!.write(`${command}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The process ids of the workers now, by the program's own account. */
  async workers(): Promise<{ number: number; pid: number; state: string }[]> {
    this.tell("workers");
    return (await this.next("workers"))["workers"] as { number: number; pid: number; state: string }[];
  }

  /** Kills it with its workers, whatever state they are in, and resolves when they are gone. */
  async end(): Promise<void> {
    this.#killAll();
    await this.silent;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  #take(line: Line, resolve: (line: Line) => void): void {
    this.#taken.add(line);
    resolve(line);
  }
}

afterEach(async () => {
  for (const program of running) {
    running.delete(program);
    await program.end();
  }
});
