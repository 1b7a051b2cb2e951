import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const sources = new URL("sources.ts", import.meta.url).href;

const running = new Set<ChatProcess>();

/** The app as its own process, run from the sources. */
export class ChatProcess {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Everything it printed so far. */
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ["--import", sources, main, ...args], { stdio: "pipe" });
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
  static async start(...args: string[]): Promise<ChatProcess> {
    const app = new ChatProcess(args);
    const lines = createInterface({ input: app.child.stdout! });
    await Promise.race([
      once(lines, "line"),
      app.ended().then((code) => {
        throw new Error(`ended with ${code}: ${app.stderr}`);
      }),
    ]);
    return app;
  }

  /** Runs it to its end. */
  static async run(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
    const app = new ChatProcess(args);
    const code = await app.ended();
    return { code, stdout: app.stdout, stderr: app.stderr };
  }

  /** The exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    await this.#ended;
    running.delete(this);
    return this.child.exitCode ?? this.child.signalCode ?? "";
  }

  /** Where it says it listens. */
  get url(): string {
    return /http\S+/.exec(this.stdout)?.[0] ?? "";
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }
}

afterEach(async () => {
  for (const app of running) {
    app.child.kill("SIGKILL");
    await app.ended();
  }
});
