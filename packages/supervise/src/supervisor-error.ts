/**
 * - `start-failed`: a worker ended, or was not ready in time, before all were ready for the first time.
 * - `restart-limit`: workers ended more often than `restarts` allows.
 * - `reload-failed`: a new worker did not get ready; the old one goes on.
 * - `stopped`: it was stopped meanwhile, or before.
 */
export type SupervisorErrorCode = "start-failed" | "restart-limit" | "reload-failed" | "stopped";

/** Why a supervisor gave up something, or everything. */
export class SupervisorError extends Error {
  override readonly name: string = "SupervisorError";
  readonly code: SupervisorErrorCode;

  constructor(code: SupervisorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
