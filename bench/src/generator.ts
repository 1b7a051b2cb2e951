import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";
import { Child } from "./child.ts";
import type { ClientBytes } from "./client-bytes.ts";
import { compile } from "./compile.ts";
import { cacheFolder } from "./folders.ts";
import { type Pinning, pinned } from "./pinning.ts";
import type { Scenario } from "./scenario.ts";

/** What the generator counted in one run. */
export type Run = {
  /** Messages that came back (echo), were delivered (broadcast), or handshakes (storm). */
  readonly messages: number;
  /** Bytes that came back. */
  readonly bytes: number;
  /** From the first byte sent to the last reply. */
  readonly elapsedNs: number;
  /** CPU time of the server's process in that time, all threads, user and system. */
  readonly serverCpuNs: number;
  readonly generatorCpuNs: number;
  /** From sending a batch to its last reply (echo), from the trigger to the last member's last message (broadcast), from `connect` to 101 (storm). */
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
  /** Connections that the server ended. */
  readonly lost: number;
  /** Connections that still waited for a reply 20 s after the end. */
  readonly unfinished: number;
};

/** The load generator: a compiled program where there is one, a slower one in Node otherwise. */
export class Generator {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** The command of the compiled one, or of the one in Node: where there is no compiler, and when that is wanted. */
  static async command(inNode = false): Promise<{ language: "C" | "Node"; command: string[] }> {
    const compiled = inNode ? undefined : compile("generator");
    if (compiled !== undefined) return { language: "C", command: [compiled] };
    const program = fileURLToPath(new URL("./node-generator.ts", import.meta.url));
    return { language: "Node", command: [process.execPath, await bundle(program, "node-generator")] };
  }

  /** Starts it on its core; resolves once all connections to the server are open (of a storm: none). */
  static async start(
    command: readonly string[],
    scenario: Scenario,
    content: ClientBytes,
    server: { port: number; pids: readonly number[] },
    pinning: Pinning | undefined,
  ): Promise<Generator> {
    const files: string[] = [];
    const file = (name: "head" | "message" | "hello"): string => {
      const path = join(cacheFolder(), `${process.pid}-${server.port}.${name}`);
      writeFileSync(path, content[name]);
      files.push(path);
      return `${name}=${path}`;
    };
    const args = [
      `port=${server.port}`,
      `pid=${server.pids.join()}`,
      `mode=${scenario.kind === "idle" ? "hold" : scenario.kind}`,
      `connections=${scenario.connections}`,
      `replies=${scenario.batch}`,
      `slow=${scenario.slow}`,
      `closing=${scenario.closing ? 1 : 0}`,
      `greetings=${content.greetings}`,
      file("head"),
      file("message"),
      file("hello"),
    ];
    const child = new Child(
      "the load generator",
      pinned(pinning?.generator, [...command, ...args]),
      cacheFolder(),
    );
    try {
      await child.next(70_000);
      return new Generator(child);
    } catch (error) {
      await child.end();
      throw error;
    } finally {
      for (const path of files) rmSync(path);
    }
  }

  /** Keeps the server busy for so long. Throws when it lost connections or answers. */
  async run(ms: number): Promise<Run> {
    this.#child.send(`run ${ms}`);
    const run = await this.#child.next<Run>(ms + 30_000);
    if (run.lost > 0) throw new Error(`the server ended ${run.lost} connections`);
    if (run.unfinished > 0) throw new Error(`${run.unfinished} connections got no answer`);
    if (run.messages === 0) throw new Error("nothing came back");
    return run;
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
