import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ownGroup, sources } from "@exws/processes";
import { afterEach } from "vitest";

export type Line = { event: string; [key: string]: unknown };

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const running = new Set<Program>();

/** A primary with a relay and two workers. */
export class Program {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly silent: Promise<unknown>;
  readonly lines: Line[] = [];
  port = 0;
  readonly #killAll: () => void;
  #waiting: { matches: (line: Line) => boolean; resolve: (line: Line) => void }[] = [];

  private constructor(options: object) {
    const flags = [...sources, path("../children/primary.ts"), JSON.stringify(options)];
    this.process = spawn(process.execPath, flags, {
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    this.#killAll = ownGroup(this.process.pid!);
    this.exited = new Promise((resolve) => this.process.on("exit", resolve));
    this.silent = new Promise((resolve) => this.process.stdout!.on("close", resolve));
    createInterface({ input: this.process.stdout! }).on("line", (text) => {
      this.lines.push(JSON.parse(text));
      this.#look();
    });
    running.add(this);
  }

  static async start(options: object = {}): Promise<Program> {
    const program = new Program(options);
    program.port = (await program.next("started"))["port"] as number;
    return program;
  }

  /** Takes the next line of an event that fits. */
  next(event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    return new Promise((resolve) => {
      this.#waiting.push({ matches: (line) => line.event === event && fits(line), resolve });
      this.#look();
    });
  }

  freeze(pid: number): void {
    process.kill(pid, "SIGSTOP");
  }

  thaw(pid: number): void {
    process.kill(pid, "SIGCONT");
  }

  /** Kills it with its workers, whatever state they are in, and resolves when they are gone. */
  async end(): Promise<void> {
    this.#killAll();
    await this.silent;
  }

  async stats(): Promise<Record<string, number>> {
    this.process.stdin!.write("stats\n");
    return (await this.next("stats")) as unknown as Record<string, number>;
  }

  #look(): void {
    for (const waiter of [...this.#waiting]) {
      const at = this.lines.findIndex(waiter.matches);
      if (at === -1) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve(this.lines.splice(at, 1)[0]!);
    }
  }
}

afterEach(async () => {
  for (const program of running) {
    running.delete(program);
    await program.end();
  }
});

/** A client in the room of a worker. */
export class Guest {
  readonly pid: number;
  readonly ended: Promise<number>;
  readonly #socket: WebSocket;
  readonly #heard: string[] = [];
  #waiting: ((text: string) => void)[] = [];

  private constructor(socket: WebSocket, pid: number) {
    this.#socket = socket;
    this.pid = pid;
    this.ended = new Promise((resolve) => {
      socket.onclose = ({ code }) => resolve(code);
    });
    socket.onmessage = ({ data }) => {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) this.#heard.push(String(data));
      else waiter(String(data));
    };
  }

  static async enter(port: number): Promise<Guest> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const greeting = await new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.onerror = () => reject(new Error("no connection"));
    });
    return new Guest(socket, Number(greeting.slice(4)));
  }

  /** One guest in each of the two workers. */
  static async both(port: number): Promise<[Guest, Guest]> {
    const one = await Guest.enter(port);
    for (;;) {
      const other = await Guest.enter(port);
      if (other.pid !== one.pid) return [one, other];
      other.leave();
      await other.ended;
    }
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  hears(): Promise<string> {
    const text = this.#heard.shift();
    return text === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(text);
  }

  leave(): void {
    this.#socket.close();
  }
}
