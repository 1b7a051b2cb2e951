import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ownGroup, sources } from "@exws/processes";
import { onTestFinished } from "vitest";

const program = fileURLToPath(new URL("run-chat.ts", import.meta.url));

/** A server of the chat in a process of its own, from the sources. It is killed when the test is over. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** The port that it listens on, of this machine. */
  readonly port: number;
  /** What the page calls it. */
  readonly name: string;

  private constructor(child: ChildProcess, port: number, name: string) {
    this.#child = child;
    this.port = port;
    this.name = name;
  }

  static async start(page: URL, bus: string): Promise<ServerProcess> {
    const args = [...sources, program, JSON.stringify({ page: page.href, bus })];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    onTestFinished(ownGroup(child.pid!));
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const ended = once(child, "close").then(() => {
      throw new Error(`the server has ended: ${errors}`);
    });
    const [line] = await Promise.race([once(child.stdout, "data"), ended]);
    ended.catch(() => {});
    const [url = "", name = ""] = String(line).trim().split(" ");
    return new ServerProcess(child, Number(new URL(url).port), name);
  }

  /** Ends it without giving it time for anything. */
  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
