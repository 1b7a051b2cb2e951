import { statSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import type { WorkerExit, WorkerInfo } from "./worker-process.ts";

/** When a worker counts as ready: as soon as it listens on something, or when it calls `ready()`. */
export type ReadyWhen = "listening" | "call";

/** Options of {@link supervise}. */
export type SuperviseOptions = {
  /** The program of the workers, as `node` would run it: a path, from the working directory on, or a `file:` URL. */
  entry: string | URL;
  /** How many; default: as many as the process may use cores. */
  workers?: number;
  /** Arguments of the workers; default: those of this process. */
  args?: readonly string[];
  /** Variables for their environment, beside those of this process; `undefined` takes one away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Flags for their Node; default: those of this process. */
  execArgv?: readonly string[];
  /** When a worker counts as ready; default "listening". */
  ready?: ReadyWhen;
  /** Milliseconds after which a worker that is not ready is killed; default 30,000. */
  readyTimeout?: number;
  /** Milliseconds that a worker has to drain before it is killed; default 30,000. */
  drain?: number;
  /**
   * Milliseconds after which a worker that is ready and answers nothing, because it is blocked or frozen, is killed. Default 60,000;
   * Infinity, never, when its Node is to be debugged (`--inspect`).
   */
  unresponsive?: number;
  /** How many restarts are borne within how many milliseconds; one more ends everything. Default two for each worker, at least 10, within 60,000. */
  restarts?: { max?: number; within?: number };
  /**
   * Milliseconds to wait before restarts in a row of the same worker: none before the first, `min` before the second, then
   * twice as long each time, up to `max`. A worker that was ready for `max` starts a new row. Default 100 and 5,000.
   */
  backoff?: { min?: number; max?: number };
  /**
   * Gives each worker a listening socket of its own, by SO_REUSEPORT, for the TCP ports of `serve()` of `@exws/server`; default
   * true. Other listeners, and systems that have no such thing, share by `node:cluster`.
   */
  reusePort?: boolean;
  /** SIGTERM and SIGINT stop it, SIGHUP reloads it; default true. */
  signals?: boolean;
  /** Signals that are passed on to all workers; default SIGUSR2. */
  pass?: readonly NodeJS.Signals[];
  /** A worker is ready. */
  onReady?: (worker: WorkerInfo) => void;
  /** A worker is gone, asked to or not. */
  onExit?: (worker: WorkerInfo, exit: WorkerExit) => void;
  /** A worker that is gone will have a successor, in `delay` milliseconds. */
  onRestart?: (worker: WorkerInfo, delay: number) => void;
  /** Gets a line for each thing that an operator would want to know; default: stderr. */
  log?: (line: string) => void;
};

/** Options, checked and complete. */
export type ResolvedOptions = Readonly<
  Omit<Required<SuperviseOptions>, "entry" | "restarts" | "backoff" | "onReady" | "onExit" | "onRestart">
> & {
  readonly entry: string;
  readonly restarts: { readonly max: number; readonly within: number };
  readonly backoff: { readonly min: number; readonly max: number };
  readonly hooks: Pick<SuperviseOptions, "onReady" | "onExit" | "onRestart">;
};

const names: readonly string[] = [
  "entry",
  "workers",
  "args",
  "env",
  "execArgv",
  "ready",
  "readyTimeout",
  "drain",
  "unresponsive",
  "restarts",
  "backoff",
  "reusePort",
  "signals",
  "pass",
  "onReady",
  "onExit",
  "onRestart",
  "log",
];

/** The longest time that a timer of Node can wait. */
const longest = 0x7fff_ffff;

/** Checks options and fills in the defaults. Throws a TypeError or RangeError that names the option. */
export function resolveOptions(options: SuperviseOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) throw new TypeError("options must be an object");
  checkNames("", options, names);
  const { restarts = {}, backoff = {}, onReady, onExit, onRestart } = options;
  const { workers = availableParallelism(), readyTimeout = 30_000, drain = 30_000 } = options;
  const { args = process.argv.slice(2), env = {}, execArgv = ownFlags() } = options;
  const { reusePort = true, signals = true } = options;
  const debugged = Array.isArray(execArgv) && execArgv.some((flag) => String(flag).startsWith("--inspect"));
  const { unresponsive = debugged ? Number.POSITIVE_INFINITY : 60_000 } = options;
  const { ready = "listening", log = print, pass = ["SIGUSR2"] } = options;
  checkNames("restarts.", restarts, ["max", "within"]);
  checkNames("backoff.", backoff, ["min", "max"]);
  // All workers may be killed at once, as when memory runs out, and come back.
  const { max = Math.max(10, 2 * workers), within = 60_000 } = restarts;
  const { min = 100, max: longestDelay = 5_000 } = backoff;
  checkNumber("workers", workers, 1, 1_024);
  checkNumber("readyTimeout", readyTimeout, 1, longest);
  checkNumber("drain", drain, 0, longest);
  if (unresponsive !== Number.POSITIVE_INFINITY) checkNumber("unresponsive", unresponsive, 1, longest);
  checkNumber("restarts.max", max, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("restarts.within", within, 1, Number.MAX_SAFE_INTEGER);
  checkNumber("backoff.min", min, 0, longest);
  checkNumber("backoff.max", longestDelay, min, longest);
  if (ready !== "listening" && ready !== "call") throw new TypeError('ready must be "listening" or "call"');
  for (const [name, hook] of Object.entries({ log, onReady, onExit, onRestart })) {
    if (hook !== undefined && typeof hook !== "function") throw new TypeError(`${name} must be a function`);
  }
  return {
    entry: checkEntry(options.entry),
    workers,
    args: checkStrings("args", args),
    env: checkEnvironment(env),
    execArgv: checkStrings("execArgv", execArgv),
    ready,
    readyTimeout,
    drain,
    unresponsive,
    restarts: { max, within },
    backoff: { min, max: longestDelay },
    reusePort: checkBoolean("reusePort", reusePort),
    signals: checkBoolean("signals", signals),
    pass: checkSignals(pass),
    hooks: { ...(onReady && { onReady }), ...(onExit && { onExit }), ...(onRestart && { onRestart }) },
    log,
  };
}

/** Prints a line to stderr, unless that was a terminal which is closed: an error there would end the process. */
function print(line: string): void {
  if (!process.stderr.isTTY || isatty(2)) console.error(line);
}

function checkNames(prefix: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${prefix.slice(0, -1)} must be an object`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${prefix}${name} is not an option`);
  }
}

function checkEntry(entry: unknown): string {
  if (!(entry instanceof URL) && (typeof entry !== "string" || entry === "")) {
    throw new TypeError("entry must be the path or file: URL of a program");
  }
  const url = entry instanceof URL || entry.startsWith("file:");
  if (entry instanceof URL && entry.protocol !== "file:") throw new TypeError("entry must be a file: URL");
  const path = url ? fileURLToPath(entry) : resolve(entry as string);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new TypeError(`entry is no file: ${path}`);
  return path;
}

function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}`);
  }
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${name} must be true or false`);
  return value;
}

function checkStrings(name: string, list: readonly string[]): readonly string[] {
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) {
    throw new TypeError(`${name} must be a list of strings`);
  }
  return list;
}

function checkEnvironment(env: Readonly<Record<string, string | undefined>>): typeof env {
  const valid =
    typeof env === "object" && env !== null && Object.values(env).every((value) => isVariable(value));
  if (!valid) throw new TypeError("env must be an object of strings");
  return env;
}

function isVariable(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

/** Signals that end a process whatever it wants, and those that have a meaning here, cannot be passed on. */
const own: readonly string[] = ["SIGKILL", "SIGSTOP", "SIGTERM", "SIGINT", "SIGHUP", "SIGCHLD"];

function checkSignals(list: readonly NodeJS.Signals[]): readonly NodeJS.Signals[] {
  for (const signal of checkStrings("pass", list)) {
    if (!Object.hasOwn(constants.signals, signal) || own.includes(signal)) {
      throw new TypeError(`pass: ${signal} is no signal that can be passed on`);
    }
  }
  return list;
}

/** The flags of this process; what it was given to evaluate is not for its workers. */
function ownFlags(): string[] {
  const flags: string[] = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const flag = process.execArgv[i]!;
    if (/^(-[pe]+|--eval|--print)$/.test(flag)) i++;
    else if (!/^--(eval|print|input-type|watch|watch-path|test)(=|$)/.test(flag)) flags.push(flag);
  }
  return flags;
}
