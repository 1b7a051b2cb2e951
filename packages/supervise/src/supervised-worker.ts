import cluster from "node:cluster";
import { lookup } from "node:dns";
import type { Server } from "node:net";
import { getSystemErrorName } from "node:util";
import { type Drainable, drainServers } from "./drain-servers.ts";
import type { FromWorker } from "./messages.ts";
import { type Address, isOurs, type PortKey, type Refusal, type Said, type ToWorker } from "./messages.ts";
import { nameOf } from "./port-share.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** What is known of a drain when it begins. */
export type Drain = {
  /** Milliseconds until the worker is killed. */
  within: number;
  /** Resolves when the servers of `@exws/server` are closed and all their connections gone. */
  closed: Promise<void>;
};

/** A listener of `serve()`, as it is announced on `exws:listen`. */
export type Listening = {
  listener: Server;
  options: { port?: number; host?: string; path?: string; backlog?: number; reusePort?: boolean };
  claim: () => void;
};

type Pending = { listening: Listening; key: PortKey };

/** Milliseconds that the supervisor's answer, that nothing is under way to this worker any more, is waited for. */
const patience = 1_000;

/** This process, as a worker of a supervisor: it says when it is ready, gets its ports, and drains. */
export class SupervisedWorker {
  readonly #settings: WorkerSettings;
  readonly #servers = new Set<Drainable>();
  readonly #keys = new Map<string, PortKey>();
  readonly #pending = new Map<number, Pending>();
  readonly #hooks: ((drain: Drain) => unknown)[] = [];
  #requests = 0;
  #draining: Drain | undefined;
  #left: () => void = () => {};

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /** Hears the supervisor, its end, and the signals that would end a worker before its time. */
  begin(): void {
    process.on("message", (message: unknown, handle: unknown) => {
      if (isOurs(message)) this.#hear(message as ToWorker, handle);
    });
    // Without its supervisor a worker of node:cluster would end at once, with all its connections.
    cluster.worker!.exitedAfterDisconnect = true;
    // What it can no longer be told is an error of this object's, which would end the process in the middle of its drain.
    cluster.worker!.on("error", () => {});
    process.once("disconnect", () => this.drain(this.#settings.drain));
    process.on("SIGTERM", () => this.drain(this.#settings.drain));
    // A terminal sends these to the whole group: the supervisor decides.
    process.on("SIGINT", () => {});
    process.on("SIGHUP", () => {});
  }

  /** Tells the supervisor that this worker is ready. */
  ready(): void {
    this.#say({ say: "ready" });
  }

  /** Calls the function when the drain begins; at once when it has. */
  onDrain(hook: (drain: Drain) => unknown): void {
    this.#hooks.push(hook);
    if (this.#draining !== undefined) void this.#run(hook, this.#draining);
  }

  /** A server of `@exws/server` was made. */
  addServer(server: Drainable): void {
    this.#servers.add(server);
  }

  /** It is closed. */
  removeServer(server: Drainable): void {
    this.#servers.delete(server);
  }

  /** Claims a TCP listener: it listens on a handle that the supervisor lends. */
  claim(listening: Listening): void {
    const { port, host, reusePort } = listening.options;
    if (!this.#settings.reusePort || port === undefined || reusePort === false || !process.connected) return;
    listening.claim();
    if (host === undefined) this.#ask(listening, null, -1, port);
    else {
      lookup(host, (error, address, family) => {
        if (error !== null) listening.listener.emit("error", error);
        else this.#ask(listening, address, family === 6 ? 6 : 4, port);
      });
    }
  }

  /** Closes everything and ends the process. Once. */
  drain(within: number): void {
    if (this.#draining !== undefined) return;
    let closed = (): void => {};
    this.#draining = {
      within,
      closed: new Promise((resolve) => {
        closed = resolve;
      }),
    };
    this.#say({ say: "draining" });
    // Whoever should kill it when the time is up may be gone himself.
    setTimeout(() => process.exit(1), Math.min(within + patience, 0x7fff_ffff)).unref();
    void this.#end(this.#draining, closed);
  }

  async #end(drain: Drain, closed: () => void): Promise<void> {
    const servers = drainServers(this.#servers, drain.within, () => this.#leave()).then(closed);
    const hooks = this.#hooks.map((hook) => this.#run(hook, drain));
    await Promise.all([servers, ...hooks]);
    // What is said before is on its way by then, answers to the primary of node:cluster included.
    this.#say({ say: "drained" }, () => process.exit());
  }

  async #run(hook: (drain: Drain) => unknown, drain: Drain): Promise<void> {
    try {
      await hook(drain);
    } catch (error) {
      console.error("exws: a function given to onDrain failed:", error);
      process.exitCode = 1;
    }
  }

  /** Resolves when no connection is on its way to this worker any more. */
  #leave(): Promise<void> {
    return new Promise((resolve) => {
      this.#left = resolve;
      setTimeout(resolve, patience).unref();
      this.#say({ say: "leave" }, (error) => error !== null && resolve());
    });
  }

  #hear(message: ToWorker, handle: unknown): void {
    if (message.say === "drain") this.drain(message.within);
    else if (message.say === "ping") this.#say({ say: "pong" });
    else if (message.say === "left") this.#left();
    else {
      const pending = this.#pending.get(message.request);
      this.#pending.delete(message.request);
      if (pending !== undefined) this.#listen(pending, message.refusal, handle);
    }
  }

  #ask(listening: Listening, host: string | null, family: 4 | 6 | -1, port: number): void {
    let nth = 0;
    while (this.#keys.has(nameOf({ host, family, port, nth }))) nth++;
    const key: PortKey = { host, family, port, nth };
    this.#keys.set(nameOf(key), key);
    const request = this.#requests++;
    this.#pending.set(request, { listening, key });
    this.#say({ say: "listen", request, key });
  }

  #listen({ listening, key }: Pending, refusal: Refusal | undefined, handle: unknown): void {
    const { listener, options } = listening;
    if (this.#draining !== undefined) {
      (handle as { close(): void } | undefined)?.close();
    } else if (refusal === undefined) {
      listener.once("listening", () => this.#listens(listener));
      listener.once("close", () => this.#free(key));
      listener.listen(handle, options.backlog);
    } else {
      this.#keys.delete(nameOf(key));
      if (refusal === "unavailable") listener.listen(options);
      else listener.emit("error", systemError(refusal.errno, key));
    }
  }

  #listens(listener: Server): void {
    this.#say({ say: "listening", address: listener.address() as Address });
    if (this.#settings.ready === "listening") this.ready();
  }

  #free(key: PortKey): void {
    this.#keys.delete(nameOf(key));
    if (this.#draining === undefined) this.#say({ say: "unlisten", key });
  }

  #say(message: Said<FromWorker>, done: (error: Error | null) => void = () => {}): void {
    if (process.connected) process.send!({ exws: "supervise", ...message }, undefined, {}, done);
    else done(new Error("the supervisor is gone"));
  }
}

/** The error that Node's own listening would have told. */
function systemError(errno: number, { host, port }: PortKey): Error {
  const code = getSystemErrorName(errno);
  const address = host ?? "::";
  const error = new Error(`listen ${code}: ${address}:${port}`);
  return Object.assign(error, { errno, code, syscall: "listen", address, port });
}
