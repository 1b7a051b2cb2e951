import { spawn } from "node:child_process";

/** @typedef {{ code: number, output: string }} Outcome */

/** The process groups that are running now. @type {Set<number>} */
const running = new Set();

/**
 * Runs a command to its end and resolves with its exit code (128 and more: ended by a signal, as in a shell) and everything
 * it printed. It gets no input and is a process group of its own, so that `stopAll` ends what it started, too.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options] `env` is laid over our own environment
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      shell: process.platform === "win32",
    });
    const group = child.pid;
    if (group !== undefined) running.add(group);
    let output = "";
    const keep = (/** @type {string} */ text) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", (error) => {
      resolve({ code: 127, output: `${command}: ${error.message}\n` });
    });
    child.once("close", (code, signal) => {
      if (group !== undefined) running.delete(group);
      resolve({ code: code ?? (signal === "SIGKILL" ? 137 : 143), output });
    });
  });
}

/** Ends every command that is still running. */
export function stopAll() {
  for (const group of running) {
    try {
      process.kill(process.platform === "win32" ? group : -group, "SIGTERM");
    } catch {
      // It ended by itself in the meantime.
    }
  }
  running.clear();
}

/** Makes Ctrl-C and a polite kill end our commands with us: their process groups do not hear the terminal. */
export function endTogether() {
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    stopAll();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("SIGINT", end).once("SIGTERM", end).once("SIGHUP", end);
  return () => process.off("SIGINT", end).off("SIGTERM", end).off("SIGHUP", end);
}
