import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { freePort } from "./free-port.ts";
import { standStill } from "./stand-still.ts";

/** A real engine that tests break on command; `@exws/channels/conformance` and the fault tests ask for this much. */
export interface Engine extends AsyncDisposable {
  /** Starts it again where it was, and resolves when it answers. */
  start(): Promise<void>;
  /** Kills it (SIGKILL): it says goodbye to nobody. */
  stop(): Promise<void>;
  /** It stands still (SIGSTOP), from when it resolves on: its connections stay open, and nothing is answered. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Closes the connections of its clients, who may come back at once. */
  cut(): Promise<void>;
}

/** A program of the machine that is an engine. */
export type EngineProgram = {
  readonly command: string;
  /** The Debian package. */
  readonly debian: string;
  /** The environment variable that names another place. */
  readonly variable: string;
};

/** One process of an engine: on a free port of 127.0.0.1, with a temporary folder, both its own for as long as it is not disposed. */
export class EngineProcess {
  readonly port: number;
  readonly folder: string;
  readonly #program: EngineProgram;
  readonly #args: (port: number, folder: string) => readonly string[];
  readonly #ready: (port: number) => Promise<void>;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(
    port: number,
    folder: string,
    program: EngineProgram,
    args: (port: number, folder: string) => readonly string[],
    ready: (port: number) => Promise<void>,
  ) {
    this.port = port;
    this.folder = folder;
    this.#program = program;
    this.#args = args;
    this.#ready = ready;
  }

  /** Starts it; `ready` is tried until it resolves. Rejects with a line that says what to install when the program is not there. */
  static async start(
    program: EngineProgram,
    args: (port: number, folder: string) => readonly string[],
    ready: (port: number) => Promise<void>,
  ): Promise<EngineProcess> {
    const { port, folder } = await reserve();
    const engine = new EngineProcess(port, folder, program, args, ready);
    try {
      await engine.start();
    } catch (error) {
      await engine.dispose();
      throw error;
    }
    return engine;
  }

  /** Its process id, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it has printed. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.#program.command} is running already`);
    const command = find(this.#program);
    const child = spawn(command, this.#args(this.port, this.folder), {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const release = guard(child, this.folder);
    let ended: string | undefined;
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-100_000);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      release();
      ended = `exited with ${code ?? signal}`;
      if (this.#child === child) this.#child = undefined;
    });
    const deadline = performance.now() + 10_000;
    for (;;) {
      try {
        await this.#ready(this.port);
        // It might have been another that answered.
        if (ended === undefined) return;
        throw new Error("the port is taken");
      } catch (error) {
        if (ended !== undefined || performance.now() > deadline) {
          throw new Error(`${command}: ${ended ?? "does not answer"}\n${this.#output}`, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  /** Kills it, and resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Stops it, and resolves when it stands still. */
  async freeze(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    this.#child!.kill("SIGSTOP");
    await standStill(pid);
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Kills it and removes its folder. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Ends an engine whose test has ended without doing so, killed by a time limit for one: a shell waits for the end of its input, which
 * comes with ours. A frozen engine ends, too. Returns what ends the guard.
 */
function guard({ pid }: ChildProcess, folder: string): () => void {
  if (pid === undefined) return () => {};
  const script = 'read _; kill -KILL "$1"; rm -rf "$2"';
  const shell = spawn("/bin/sh", ["-c", script, "sh", String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Not in our process group: a Ctrl-C is for us.
    detached: true,
  });
  shell.unref();
  return () => shell.kill("SIGKILL");
}

/** A port, and a folder that says to tests in other processes that it is taken, before anybody listens there. */
async function reserve(): Promise<{ port: number; folder: string }> {
  for (;;) {
    const port = await freePort();
    const folder = join(tmpdir(), `exws-engine-${port}`);
    try {
      await mkdir(folder);
      return { port, folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Debian puts servers into /usr/sbin, which is not on everybody's PATH. */
function find({ command, debian, variable }: EngineProgram): string {
  const chosen = process.env[variable] ?? command;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const places = isAbsolute(chosen) ? [chosen] : folders.map((folder) => join(folder, chosen));
  const place = places.find(isExecutable);
  if (place !== undefined) return place;
  throw new Error(
    `${chosen} is missing: install it (Debian: apt-get install ${debian}) or name it in ${variable}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
