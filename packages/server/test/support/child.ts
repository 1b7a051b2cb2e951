import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach } from "vitest";
import { RawClient, within } from "./raw-client.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const sources = {
  "@exws/frame": path("../../../frame/src/index.ts"),
  "@exws/handshake": path("../../../handshake/src/index.ts"),
  "@exws/server": path("../../src/index.ts"),
};

let folder: string | undefined;
const bundles = new Map<string, Promise<string>>();

/**
 * Bundles `test/children/<name>.ts` with the sources of the packages into one file, so that any Node can run it.
 * A `copy` makes another file of the same.
 */
export function bundle(name: string, copy = ""): Promise<string> {
  const key = `${name}${copy}`;
  let done = bundles.get(key);
  if (done === undefined) {
    done = write(name, key);
    bundles.set(key, done);
  }
  return done;
}

async function write(name: string, key: string): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), "exws-test-"));
  const outfile = join(folder, `${key}.mjs`);
  await build({
    entryPoints: [path(`../children/${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    alias: sources,
    logLevel: "error",
  });
  return outfile;
}

/** What a child may be told. */
export type ChildSetup = {
  /** Given to the script as JSON. */
  options?: unknown;
  /** Further arguments of the script. */
  arguments?: readonly string[];
  /** Flags for Node itself. */
  flags?: readonly string[];
  /** Shell commands to run before Node, such as `ulimit -n 64`. */
  before?: string;
};

const running = new Set<Child>();

/** A server in a process of its own, spoken to in lines of JSON. */
export class Child {
  readonly process: ChildProcess;
  /** Code and signal the process ended with. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  port = 0;
  stderr = "";
  #lines: string[] = [];
  #waiting: ((line: string) => void)[] = [];

  constructor(child: ChildProcess) {
    this.process = child;
    this.exited = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
    child.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
    });
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const waiter = this.#waiting.shift();
      if (waiter) waiter(line);
      else this.#lines.push(line);
    });
    running.add(this);
  }

  /** Starts a script of `test/children` and waits for its first line, which tells the port. */
  static async start(name: string, setup: ChildSetup = {}): Promise<Child> {
    const child = await Child.#spawn(name, setup);
    const { port } = (await child.line()) as { port: number };
    child.port = port;
    return child;
  }

  /** Runs a script to its end and returns the one line it prints. */
  static async printing(
    name: string,
    setup: ChildSetup = {},
  ): Promise<{ print: unknown; code: number | null; stderr: string }> {
    const child = await Child.#spawn(name, setup);
    const print = await child.line();
    const { code } = await within(child.exited, () => `the end of ${name}`);
    return { print, code, stderr: child.stderr };
  }

  static async #spawn(name: string, setup: ChildSetup): Promise<Child> {
    const script = await bundle(name);
    const flags = [
      ...(setup.flags ?? []),
      script,
      JSON.stringify(setup.options ?? {}),
      ...(setup.arguments ?? []),
    ];
    return new Child(
      setup.before === undefined
        ? spawn(process.execPath, flags, { stdio: "pipe" })
        : spawn("/bin/sh", ["-c", `${setup.before}; exec "$0" "$@"`, process.execPath, ...flags], {
            stdio: "pipe",
          }),
    );
  }

  /** The next line the script prints, parsed. */
  async line(): Promise<unknown> {
    const ready = this.#lines.shift();
    if (ready !== undefined) return JSON.parse(ready);
    const next = new Promise<string>((resolve) => this.#waiting.push(resolve));
    const death = this.exited.then(({ code, signal }) => {
      throw new Error(`the child ended (${code ?? signal}): ${this.stderr}`);
    });
    return JSON.parse(
      await within(Promise.race([next, death]), () => `a line of the child; stderr: ${this.stderr}`, 20_000),
    );
  }

  /** Sends a command and waits for its answer. */
  ask<T>(command: string): Promise<T> {
    this.tell(command);
    return this.line() as Promise<T>;
  }

  /** Sends a command that has no answer. */
  tell(command: string): void {
    this.process.stdin!.write(`${command}\n`);
  }

  open(handshake?: Buffer): Promise<RawClient> {
    return RawClient.open({ port: this.port }, handshake);
  }

  connect(): Promise<RawClient> {
    return RawClient.connect({ port: this.port });
  }
}

afterEach(async () => {
  for (const child of running) {
    running.delete(child);
    child.process.kill("SIGKILL");
    await child.exited;
  }
});

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});
