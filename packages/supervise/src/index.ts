import { becomeWorker } from "./worker.ts";

export type { Address } from "./messages.ts";
export type { ReadyWhen, SuperviseOptions } from "./options.ts";
export { supervise } from "./supervise.ts";
export type { Drain } from "./supervised-worker.ts";
export type { StopResult, Supervisor, SupervisorState } from "./supervisor.ts";
export { SupervisorError, type SupervisorErrorCode } from "./supervisor-error.ts";
export { onDrain, ready } from "./worker.ts";
export type { WorkerExit, WorkerInfo, WorkerState } from "./worker-process.ts";

// Workers load this before their entry.
becomeWorker();
