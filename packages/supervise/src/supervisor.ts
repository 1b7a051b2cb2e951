import type { Address, PortKey } from "./messages.ts";
import type { ResolvedOptions } from "./options.ts";
import { PortShare } from "./port-share.ts";
import { backoffDelay, RestartLimit } from "./restart-limit.ts";
import { SupervisorError } from "./supervisor-error.ts";
import { type Caretaker, type WorkerExit, type WorkerInfo, WorkerProcess } from "./worker-process.ts";

/** `starting` until all workers are ready for the first time. */
export type SupervisorState = "starting" | "running" | "reloading" | "stopping" | "stopped";

/** How a supervisor was stopped. */
export type StopResult = {
  /** Workers that drained, or ended by themselves, in time. */
  drained: number;
  /** Workers that had to be killed. */
  killed: number;
};

/** The place of a worker and its successors. */
type Slot = {
  readonly index: number;
  /** Who serves, or is to. */
  current: WorkerProcess | undefined;
  /** Who shall take over once it is ready. */
  candidate: WorkerProcess | undefined;
  /** Ends in a row. */
  failures: number;
  /** Until the next attempt. */
  timer: NodeJS.Timeout | undefined;
  /** Until its sockets are given up while nobody serves them. */
  patience: NodeJS.Timeout | undefined;
};

type Outcome = { worker: WorkerProcess; exit: WorkerExit | undefined };

/** Milliseconds that connections wait in the kernel for a successor while other workers could take them. */
const patience = 1_000;

/** Looks after the workers of one program. Made by `supervise()`. */
export class Supervisor implements AsyncDisposable {
  /**
   * Resolves when it is stopped and every worker has ended. Rejects with a {@link SupervisorError} when it has given up
   * (`restart-limit`): nobody who hears of that makes the process end with it.
   */
  readonly done: Promise<StopResult>;
  readonly #options: ResolvedOptions;
  readonly #ports = new PortShare();
  readonly #slots: readonly Slot[];
  readonly #alive = new Set<WorkerProcess>();
  readonly #limit: RestartLimit;
  readonly #addresses = new Map<WorkerProcess, Map<string, Address>>();
  readonly #caretaker: Caretaker;
  /** Who waits for a worker to be ready or gone, and for its end. */
  readonly #awaited = new Map<WorkerProcess, (outcome: Outcome) => void>();
  readonly #mourned = new Map<WorkerProcess, () => void>();
  #state: SupervisorState = "starting";
  #result: StopResult = { drained: 0, killed: 0 };
  #reload: Promise<void> | undefined;
  /** The one that comes after it. */
  #nextReload: Promise<void> | undefined;
  #failure: SupervisorError | undefined;
  /** Resolves when the last worker has ended, whyever. Beside `done`, so that looking at it catches nothing. */
  readonly #ended: Promise<StopResult>;
  #settle: () => void = () => {};

  /** `whenStopped` is called once the last worker has ended. */
  constructor(options: ResolvedOptions, whenStopped: () => void) {
    this.#options = options;
    this.#limit = new RestartLimit(options.restarts.max, options.restarts.within);
    this.#caretaker = this.#makeCaretaker();
    this.#slots = Array.from({ length: options.workers }, (_, index) => ({
      index,
      current: undefined,
      candidate: undefined,
      failures: 0,
      timer: undefined,
      patience: undefined,
    }));
    let end = (_: StopResult): void => {};
    this.#ended = new Promise((resolve) => {
      end = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      this.#settle = () => {
        whenStopped();
        end(this.#result);
        if (this.#failure === undefined) resolve(this.#result);
        else reject(this.#failure);
      };
    });
  }

  get state(): SupervisorState {
    return this.#state;
  }

  /** The workers that live, those that are about to go or to take over included, by their numbers. */
  get workers(): readonly WorkerInfo[] {
    return [...this.#alive].sort((a, b) => a.slot - b.slot).map(({ info }) => info);
  }

  /** The TCP addresses that the workers listen on, those of the first worker first; when none lives, those of the last one. */
  get addresses(): readonly Address[] {
    const all = new Map<string, Address>();
    const byPlace = [...this.#addresses].sort(([a], [b]) => a.slot - b.slot);
    for (const [, told] of byPlace) for (const [name, address] of told) all.set(name, address);
    return [...all.values()];
  }

  /** Starts all workers; resolves when all are ready, rejects when one is not going to be. Called once. */
  async start(): Promise<void> {
    const outcomes = this.#slots.map((slot) => {
      slot.current = this.#fork(slot);
      return this.#readiness(slot.current);
    });
    const failed = new Promise<Outcome>((resolve) => {
      for (const outcome of outcomes) outcome.then((one) => one.exit !== undefined && resolve(one));
    });
    const first = await Promise.race([Promise.all(outcomes).then(() => undefined), failed]);
    if (this.#state !== "starting") return;
    if (first?.exit === undefined) {
      this.#state = "running";
      return;
    }
    // Who awaits the start hears of it there.
    this.done.catch(() => {});
    throw await this.#fail("start-failed", describe(first.worker, first.exit));
  }

  /**
   * Replaces the workers one after another: a new one gets ready, then the old one drains. Rejects with a
   * {@link SupervisorError} when a new one does not get ready; the old ones that are left go on. While it is reloading, further
   * calls reload once more afterwards, all together.
   */
  reload(): Promise<void> {
    if (this.#nextReload !== undefined) return this.#nextReload;
    if (this.#reload === undefined) return this.#beginReload();
    const next = this.#reload
      .catch(() => {})
      .then(() => {
        this.#nextReload = undefined;
        return this.#beginReload();
      });
    this.#nextReload = next;
    return next;
  }

  /**
   * Drains all workers `within` milliseconds (default: the option `drain`), kills those that are left, and resolves when none is.
   * Called again, it does so sooner if it may; 0 means at once. Throws a RangeError for what is no time.
   */
  async stop(options: { within?: number } = {}): Promise<StopResult> {
    const { within = this.#options.drain } = options;
    if (typeof within !== "number" || !(within >= 0 && within <= 0x7fff_ffff))
      throw new RangeError("within must be from 0 to 2147483647 milliseconds");
    if (this.#state === "stopped") return this.#ended;
    this.#state = "stopping";
    this.#ports.close();
    for (const slot of this.#slots) {
      clearTimeout(slot.timer);
      clearTimeout(slot.patience);
    }
    for (const worker of this.#alive) worker.drain(within);
    this.#finish();
    return this.#ended;
  }

  /** Stops it with the defaults. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Passes a signal on to all workers. */
  signal(signal: NodeJS.Signals): void {
    for (const worker of this.#alive) worker.signal(signal);
  }

  #makeCaretaker(): Caretaker {
    return {
      onReady: (worker) => this.#onReady(worker),
      onDraining: (worker) => this.#onDraining(worker),
      onListening: (worker, address) => this.#onListening(worker, address),
      onListen: (worker, request, key) => this.#onListen(worker, request, key),
      onUnlisten: (worker) => this.#releaseUnused(this.#slots[worker.slot]!),
      onExit: (worker, exit) => this.#onExit(worker, exit),
    };
  }

  #fork(slot: Slot): WorkerProcess {
    const worker = new WorkerProcess(slot.index, this.#options, this.#caretaker);
    this.#alive.add(worker);
    return worker;
  }

  #readiness(worker: WorkerProcess): Promise<Outcome> {
    return new Promise((resolve) => this.#awaited.set(worker, resolve));
  }

  #onReady(worker: WorkerProcess): void {
    clearTimeout(this.#slots[worker.slot]!.patience);
    this.#call("onReady", () => this.#options.hooks.onReady?.(worker.info));
    this.#awaited.get(worker)?.({ worker, exit: undefined });
    this.#awaited.delete(worker);
  }

  #onListen(worker: WorkerProcess, request: number, key: PortKey): void {
    if (this.#state === "stopping" || worker.state === "draining") return;
    const lent = this.#ports.lend(worker.slot, key);
    if ("handle" in lent) worker.lend(request, key, lent.handle);
    else worker.refuse(request, lent.refusal);
  }

  #onListening(worker: WorkerProcess, address: Address): void {
    for (const one of this.#addresses.keys()) if (one.state === "ended") this.#addresses.delete(one);
    const told = this.#addresses.get(worker) ?? new Map<string, Address>();
    this.#addresses.set(worker, told.set(`${address.address}|${address.port}`, address));
  }

  /** Somebody else has told a worker to go: another takes its place. */
  #onDraining(worker: WorkerProcess): void {
    const slot = this.#slots[worker.slot]!;
    this.#log(describe(worker, { reason: "drains by itself" }));
    if (this.#state === "stopping" || slot.current !== worker) return;
    slot.current = undefined;
    if (slot.candidate === undefined) this.#later(slot, worker, this.#options.backoff.min);
  }

  #onExit(worker: WorkerProcess, exit: WorkerExit): void {
    const slot = this.#slots[worker.slot]!;
    this.#alive.delete(worker);
    if (this.#alive.size > 0) this.#addresses.delete(worker);
    if (this.#state === "stopping") this.#result[worker.killed ? "killed" : "drained"]++;
    if (!exit.expected || worker.killed) this.#log(describe(worker, exit));
    this.#call("onExit", () => this.#options.hooks.onExit?.(worker.info, exit));
    const awaited = this.#awaited.get(worker);
    this.#awaited.delete(worker);
    const wasCurrent = slot.current === worker;
    if (wasCurrent) slot.current = undefined;
    if (slot.candidate === worker) slot.candidate = undefined;
    awaited?.({ worker, exit });
    this.#mourned.get(worker)?.();
    this.#mourned.delete(worker);
    if (this.#state === "stopping") this.#finish();
    else if (wasCurrent && this.#state !== "starting") this.#onCrash(slot, worker, exit);
  }

  #onCrash(slot: Slot, worker: WorkerProcess, exit: WorkerExit): void {
    const { backoff, restarts } = this.#options;
    const now = performance.now();
    if (worker.readySince !== undefined && now - worker.readySince >= backoff.max) slot.failures = 0;
    slot.failures++;
    if (!this.#limit.allows(now)) {
      const limit = `more than ${restarts.max} restarts within ${restarts.within} ms`;
      void this.#fail("restart-limit", `${limit}; at last ${describe(worker, exit)}`);
      return;
    }
    slot.patience = setTimeout(() => {
      if (slot.current?.state !== "ready" && this.#isServed()) this.#ports.release(slot.index);
    }, patience).unref();
    if (slot.candidate === undefined)
      this.#later(slot, worker, backoffDelay(slot.failures, backoff.min, backoff.max));
  }

  /** Puts a successor in a place that is empty, after a while. */
  #later(slot: Slot, gone: WorkerProcess, delay: number): void {
    this.#call("onRestart", () => this.#options.hooks.onRestart?.(gone.info, delay));
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => this.#fill(slot), delay);
  }

  #fill(slot: Slot): void {
    if (this.#state === "stopping" || this.#state === "stopped") return;
    if (slot.current === undefined && slot.candidate === undefined) slot.current = this.#fork(slot);
  }

  #beginReload(): Promise<void> {
    const reload = this.#replaceAll().finally(() => {
      this.#reload = undefined;
    });
    this.#reload = reload;
    return reload;
  }

  async #replaceAll(): Promise<void> {
    this.#checkRunning();
    this.#state = "reloading";
    try {
      for (const slot of this.#slots) await this.#replace(slot);
    } finally {
      if (this.#state === "reloading") this.#state = "running";
    }
  }

  async #replace(slot: Slot): Promise<void> {
    this.#checkRunning();
    clearTimeout(slot.timer);
    const fresh = this.#fork(slot);
    slot.candidate = fresh;
    const { exit } = await this.#readiness(fresh);
    if (exit !== undefined) {
      this.#checkRunning();
      this.#fill(slot);
      throw new SupervisorError("reload-failed", `reload given up: ${describe(fresh, exit)}`);
    }
    const old = slot.current;
    slot.candidate = undefined;
    slot.current = fresh;
    slot.failures = 0;
    if (old !== undefined && old.state !== "ended") {
      const gone = new Promise<void>((resolve) => this.#mourned.set(old, resolve));
      old.drain(this.#options.drain);
      await gone;
    }
    this.#releaseUnused(slot);
  }

  #checkRunning(): void {
    if (this.#state === "running" || this.#state === "reloading") return;
    throw new SupervisorError("stopped", `no reload: the supervisor is ${this.#state}`);
  }

  /** Closes sockets that no worker in this place listens on any more: nobody would ever accept their connections. */
  #releaseUnused(slot: Slot): void {
    const here = [...this.#alive].filter((worker) => worker.slot === slot.index);
    this.#ports.release(
      slot.index,
      here.flatMap((worker) => [...worker.keys]),
    );
  }

  #isServed(): boolean {
    return this.#slots.some(({ current }) => current?.state === "ready");
  }

  /** Gives up: stops all, and resolves with the reason when that is done. */
  async #fail(code: "start-failed" | "restart-limit", message: string): Promise<SupervisorError> {
    this.#failure ??= new SupervisorError(code, message);
    await this.stop();
    return this.#failure;
  }

  #finish(): void {
    if (this.#alive.size > 0 || this.#state === "stopped") return;
    this.#state = "stopped";
    this.#settle();
  }

  #log(line: string): void {
    this.#call("log", () => this.#options.log(`exws: ${line}`));
  }

  /** What a hook throws must not keep workers from being looked after. */
  #call(name: string, hook: () => void): void {
    try {
      hook();
    } catch (error) {
      console.error(`exws: ${name} threw:`, error);
    }
  }
}

function describe(worker: WorkerProcess, { reason }: Pick<WorkerExit, "reason">): string {
  const { number, pid } = worker.info;
  return `worker ${number} (pid ${pid ?? "none"}) ${reason}`;
}
