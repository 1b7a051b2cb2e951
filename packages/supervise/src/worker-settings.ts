import type { ReadyWhen } from "./options.ts";

/** What a supervisor tells a worker through its environment, before anything else. */
export type WorkerSettings = {
  /** Milliseconds that a drain may take. */
  drain: number;
  ready: ReadyWhen;
  /** The supervisor lends listening handles. */
  reusePort: boolean;
};

/** The variable; the worker takes it away, so that its own children are nobody's workers. */
const variable = "EXWS_SUPERVISED";

/** The environment of a worker that has to find the settings. */
export function settingsForEnvironment(settings: WorkerSettings): Record<string, string> {
  return { [variable]: JSON.stringify(settings) };
}

/** Takes the settings from this process's environment; `undefined` when no supervisor has put them there. */
export function takeSettings(): WorkerSettings | undefined {
  const text = process.env[variable];
  delete process.env[variable];
  return text === undefined ? undefined : (JSON.parse(text) as WorkerSettings);
}
