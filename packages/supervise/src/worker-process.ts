import cluster, { type Worker } from "node:cluster";
import type { ListeningHandle } from "./listening-handle.ts";
import { type Address, type FromWorker, isOurs, type PortKey, type Said, type ToWorker } from "./messages.ts";
import type { ResolvedOptions } from "./options.ts";
import { nameOf } from "./port-share.ts";
import { settingsForEnvironment } from "./worker-settings.ts";

/** `draining`: it takes no more connections and ends once those that it has are closed. */
export type WorkerState = "starting" | "ready" | "draining" | "ended";

/** A worker, as it was when it was asked for. */
export type WorkerInfo = {
  /** Its place, from 1 on: `process.env.EXWS_WORKER` in the worker. Its successors have the same. */
  number: number;
  /** `undefined` when the system could not start it. */
  pid: number | undefined;
  state: WorkerState;
};

/** How a worker ended: by itself with a code, or by a signal. */
export type WorkerExit = {
  code: number | null;
  signal: string | null;
  /** It was asked to. */
  expected: boolean;
  /** A few words for people. */
  reason: string;
};

/** Who looks after workers, as one of them sees it. */
export interface Caretaker {
  onReady(worker: WorkerProcess): void;
  /** It drains, though nobody here has asked it to. */
  onDraining(worker: WorkerProcess): void;
  onListening(worker: WorkerProcess, address: Address): void;
  onListen(worker: WorkerProcess, request: number, key: PortKey): void;
  onUnlisten(worker: WorkerProcess, key: PortKey): void;
  onExit(worker: WorkerProcess, exit: WorkerExit): void;
}

/** Questions that a worker may leave unanswered. Counted, not timed: while this process stands still nobody is asked. */
const patience = 6;

/** One worker, from its fork to its end. */
export class WorkerProcess {
  /** Its place, from 0 on. */
  readonly slot: number;
  /** When it was ready, in milliseconds of `performance.now()`. */
  readySince: number | undefined;
  /** It had to be killed. */
  killed = false;
  readonly #worker: Worker;
  readonly #options: ResolvedOptions;
  readonly #caretaker: Caretaker;
  readonly #keys = new Map<string, PortKey>();
  #state: WorkerState = "starting";
  #asked = false;
  #deadline = Number.POSITIVE_INFINITY;
  #reason: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #questions: NodeJS.Timeout | undefined;
  #unanswered = 0;

  constructor(slot: number, options: ResolvedOptions, caretaker: Caretaker) {
    this.slot = slot;
    this.#options = options;
    this.#caretaker = caretaker;
    this.#worker = fork(slot, options);
    this.#worker.on("message", (message: unknown) => {
      if (isOurs(message)) this.#hear(message as FromWorker);
    });
    this.#worker.on("listening", ({ address, port, addressType }) => {
      if (port > 0) this.#tellAddress(address, port, addressType);
      if (options.ready === "listening") this.#becomeReady();
    });
    // A message that finds the worker gone is an error of Node's, not ours.
    this.#worker.on("error", (error: Error) => {
      if (this.#worker.process.pid !== undefined) return;
      this.#reason = `could not be started: ${error.message}`;
      this.#end(null, null);
    });
    this.#worker.on("exit", (code: number | null, signal: string | null) => this.#end(code, signal));
    this.#later(options.readyTimeout, `was not ready within ${options.readyTimeout} ms`);
  }

  get info(): WorkerInfo {
    return { number: this.slot + 1, pid: this.#worker.process.pid, state: this.#state };
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** The ports that it listens on with handles of ours. */
  get keys(): Iterable<PortKey> {
    return this.#keys.values();
  }

  /** Tells it to drain and kills it when it has not ended in time; at once for 0. Again, it can only be sooner. */
  drain(within: number): void {
    const deadline = performance.now() + within;
    if (this.#state === "ended" || deadline >= this.#deadline) return;
    this.#deadline = deadline;
    this.#asked = true;
    this.#state = "draining";
    if (within > 0) {
      this.#say({ say: "drain", within });
      this.#later(within, `had not drained within ${within} ms`);
    } else this.#kill("was killed");
  }

  /** Sends it the handle that it asked for, or why it gets none. */
  lend(request: number, key: PortKey, handle: ListeningHandle): void {
    this.#keys.set(nameOf(key), key);
    this.#say({ say: "lend", request }, handle);
  }

  /** See `lend`. */
  refuse(request: number, refusal: NonNullable<Extract<ToWorker, { say: "lend" }>["refusal"]>): void {
    this.#say({ say: "lend", request, refusal });
  }

  /** Passes a signal on. */
  signal(signal: NodeJS.Signals): void {
    if (this.#state !== "ended") this.#worker.process.kill(signal);
  }

  #hear(message: FromWorker): void {
    if (this.#state === "ended") return;
    if (message.say === "pong") this.#unanswered = 0;
    else if (message.say === "ready") this.#becomeReady();
    else if (message.say === "leave") this.#say({ say: "left" });
    else if (message.say === "listen") this.#caretaker.onListen(this, message.request, message.key);
    else if (message.say === "listening") this.#caretaker.onListening(this, message.address);
    else if (message.say === "unlisten") {
      this.#keys.delete(nameOf(message.key));
      this.#caretaker.onUnlisten(this, message.key);
    } else if (message.say === "draining" && !this.#asked && this.#state !== "draining") {
      const wasReady = this.#state === "ready";
      this.#state = "draining";
      this.#later(this.#options.drain, `had not drained within ${this.#options.drain} ms`);
      if (wasReady) this.#caretaker.onDraining(this);
    }
  }

  #tellAddress(address: string, port: number, addressType: unknown): void {
    const family = addressType === 6 ? "IPv6" : "IPv4";
    const anywhere = family === "IPv6" ? "::" : "0.0.0.0";
    this.#caretaker.onListening(this, { address: address ?? anywhere, family, port });
  }

  #becomeReady(): void {
    if (this.#state !== "starting") return;
    clearTimeout(this.#timer);
    this.#state = "ready";
    this.readySince = performance.now();
    this.#watch();
    this.#caretaker.onReady(this);
  }

  /** Asks now and then whether it answers. Whether it drains is a matter of time alone. */
  #watch(): void {
    const { unresponsive } = this.#options;
    if (unresponsive === Number.POSITIVE_INFINITY) return;
    this.#questions = setInterval(() => {
      if (this.#state !== "ready") clearInterval(this.#questions);
      else if (this.#unanswered++ < patience) this.#say({ say: "ping" });
      else this.#kill(`did not answer for ${unresponsive} ms`);
    }, unresponsive / patience);
  }

  #end(code: number | null, signal: string | null): void {
    if (this.#state === "ended") return;
    clearTimeout(this.#timer);
    clearInterval(this.#questions);
    const before = this.#state === "starting" ? " before it was ready" : "";
    const expected = this.#asked || (this.#state === "draining" && code === 0);
    this.#state = "ended";
    const reason = this.#reason ?? `ended with ${signal ?? `code ${code}`}${before}`;
    this.#caretaker.onExit(this, { code, signal, expected, reason });
  }

  #say(message: Said<ToWorker>, handle?: ListeningHandle): void {
    if (!this.#worker.isConnected()) return;
    const whole = { exws: "supervise", ...message };
    // It may end while this is on its way: that is told by its exit.
    this.#worker.process.send(whole, handle as never, {}, () => {});
  }

  #later(milliseconds: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(reason), milliseconds);
  }

  #kill(reason: string): void {
    this.killed = true;
    this.#reason = `${reason} and was killed`;
    this.#worker.process.kill("SIGKILL");
  }
}

/** The module that a worker loads before its entry: this package. */
const preload = new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href;

function fork(slot: number, options: ResolvedOptions): Worker {
  const { entry, args, execArgv, drain, ready, reusePort, env } = options;
  // The settings are the process's: whoever forks workers sets them for each.
  cluster.setupPrimary({
    exec: entry,
    args: [...args],
    execArgv: [...execArgv, "--import", preload],
  });
  return cluster.fork({
    ...env,
    ...settingsForEnvironment({ drain, ready, reusePort }),
    EXWS_WORKER: String(slot + 1),
  });
}
