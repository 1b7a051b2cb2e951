import { isatty } from "node:tty";
import type { ResolvedOptions } from "./options.ts";
import type { Supervisor } from "./supervisor.ts";

/** Lets the signals of this process reach the supervisor; the function it returns ends that. */
export function installSignals(supervisor: Supervisor, options: ResolvedOptions): () => void {
  const { signals, pass, log } = options;
  const installed: [NodeJS.Signals, () => void][] = [];
  const on = (signal: NodeJS.Signals, action: () => void): void => {
    installed.push([signal, action]);
    process.on(signal, action);
  };
  const stop = (signal: string): void => {
    const again = supervisor.state === "stopping";
    log(again ? `exws: ${signal} again: killing the workers` : `exws: ${signal}: draining the workers`);
    supervisor.stop(again ? { within: 0 } : {}).then(({ killed }) => {
      if (killed > 0) process.exitCode ??= 1;
    });
  };
  if (signals) {
    on("SIGTERM", () => stop("SIGTERM"));
    on("SIGINT", () => stop("SIGINT"));
    // A terminal sends it, too, when it is closed: then there is nobody to reload for.
    const terminal = [0, 1, 2].find((fd) => isatty(fd));
    on("SIGHUP", () => {
      if (terminal !== undefined && !isatty(terminal)) {
        stop("SIGHUP");
        return;
      }
      log("exws: SIGHUP: reloading the workers");
      supervisor.reload().then(
        () => log("exws: reloaded"),
        (error: Error) => log(`exws: ${error.message}`),
      );
    });
  }
  for (const signal of pass) on(signal, () => supervisor.signal(signal));
  return () => {
    for (const [signal, action] of installed) process.off(signal, action);
  };
}
