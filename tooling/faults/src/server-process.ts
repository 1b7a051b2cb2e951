import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { ownGroup, sources } from "@exws/processes";
import type { Commands, Event, NodeConfig } from "./commands.ts";

type Answer = { readonly id: number; readonly result?: unknown; readonly error?: string };
type Result<Name extends keyof Commands> = Awaited<ReturnType<Commands[Name]>>;

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A server process of a cluster: one that can be told what to do, be frozen and be killed. */
export class ServerProcess implements AsyncDisposable {
  readonly name: string;
  /** What it has said of its bus, in order: `up`, `down`. */
  readonly states: string[] = [];
  /** Errors that it has met. */
  readonly errors: string[] = [];
  readonly #child: ChildProcess;
  readonly #kill: () => void;
  readonly #events = new EventEmitter();
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #url = "";
  #last = 0;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#kill = ownGroup(child.pid!);
    this.name = name;
    child.on("message", (message) => this.#receive(message as Event | Answer));
    child.on("exit", (code, signal) => {
      const error = new Error(`${name} is gone: ${code ?? signal}`);
      this.#events.emit("gone", error);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Starts it, and waits for nothing. */
  static start(config: NodeConfig): ServerProcess {
    const child = fork(file("node.ts"), [JSON.stringify(config)], {
      execArgv: [...sources, "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      detached: true,
    });
    return new ServerProcess(child, config.name);
  }

  /** Resolves when it serves clients and its bus is connected. To be called once, in the turn of `start`. */
  async ready(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.#events.once("ready", resolve).once("gone", reject);
    });
  }

  /** Where it serves clients. */
  get url(): string {
    return this.#url;
  }

  /** Whether it runs. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Has it do something. */
  tell<Name extends keyof Commands>(name: Name, ...args: Parameters<Commands[Name]>): Promise<Result<Name>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, name, args });
    });
  }

  /** Resolves when the bus has said `state` last. */
  async until(state: "up" | "down"): Promise<void> {
    while (this.states.at(-1) !== state) await once(this.#events, "bus");
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = this.isAlive ? once(this.#child, "exit") : undefined;
    this.#kill();
    await gone;
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #receive(message: Event | Answer): void {
    if ("event" in message) {
      this.#hear(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Error(`${this.name}: ${message.error}`));
  }

  #hear(message: Event): void {
    switch (message.event) {
      case "ready":
        this.#url = message.url;
        break;
      case "bus":
        this.states.push(message.state);
        break;
      case "failure":
        this.errors.push(message.error);
    }
    this.#events.emit(message.event);
  }
}
