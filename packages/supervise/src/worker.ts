import cluster from "node:cluster";
import { subscribe } from "node:diagnostics_channel";
import { isMainThread } from "node:worker_threads";
import type { Drainable } from "./drain-servers.ts";
import { type Drain, type Listening, SupervisedWorker } from "./supervised-worker.ts";
import { takeSettings } from "./worker-settings.ts";

/** Where all copies of this package in a process find the one worker that it is. */
const place = Symbol.for("exws.supervised-worker");
const shared = globalThis as { [place]?: SupervisedWorker };

/**
 * Tells the supervisor that this worker is ready, where `ready: "call"` asks for it, or before it listens on anything. Does nothing
 * in a process that is no worker.
 */
export function ready(): void {
  shared[place]?.ready();
}

/**
 * Calls the function when this worker has to go, and waits for what it returns, as long as the drain may take: close here what is not
 * a server of `@exws/server`, which are closed anyway. Does nothing in a process that is no worker.
 */
export function onDrain(hook: (drain: Drain) => unknown): void {
  if (typeof hook !== "function") throw new TypeError("onDrain needs a function");
  shared[place]?.onDrain(hook);
}

/** Makes this process a worker, if a supervisor has started it as one. */
export function becomeWorker(): void {
  if (!isMainThread || cluster.worker === undefined || shared[place] !== undefined) return;
  const settings = takeSettings();
  if (settings === undefined) return;
  forgetPreload();
  const worker = new SupervisedWorker(settings);
  shared[place] = worker;
  subscribe("exws:start", (message) => worker.addServer((message as { server: Drainable }).server));
  subscribe("exws:stop", (message) => worker.removeServer((message as { server: Drainable }).server));
  subscribe("exws:listen", (message) => worker.claim(message as Listening));
  worker.begin();
}

/** The entry sees the flags that it was given, and so do processes that it forks. */
function forgetPreload(): void {
  const at = process.execArgv.lastIndexOf("--import");
  if (at !== -1) process.execArgv.splice(at, 2);
}
