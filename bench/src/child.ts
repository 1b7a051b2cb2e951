import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A child process that answers each line on its standard input with a line of JSON on its standard output. */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  #errors = "";

  constructor(name: string, [program = "", ...args]: readonly string[], cwd: string) {
    this.#name = name;
    const child = spawn(program, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.#process = child;
    child.on("error", (error) => {
      this.#errors += error.message;
    });
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The next line of JSON; rejects when there is none within `ms`. */
  async next<Line>(ms: number): Promise<Line> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`${this.#name} was silent for ${ms} ms. ${this.#errors}`)),
      ms,
    );
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late]);
      if (done === true) throw new Error(`${this.#name} ended. ${this.#errors}`);
      return JSON.parse(value) as Line;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a line. */
  send(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Ends the process, and resolves once it has ended. */
  async end(): Promise<void> {
    const child = this.#process;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
