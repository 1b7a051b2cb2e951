import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sources } from "@exws/processes";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What a command came to. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the command line of this package, from its sources. */
export async function runCli(...args: string[]): Promise<Ended> {
  const child = start(path("../../src/main.ts"), args);
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** The echo app of this repository, from its sources. */
export async function startEchoApp(...args: string[]): Promise<{ url: URL; stop: () => Promise<void> }> {
  const child = start(path("../../../apps/echo/src/main.ts"), ["--port", "0", ...args]);
  let said = "";
  const url = await new Promise<URL>((resolve, reject) => {
    child.stdout!.on("data", (chunk) => {
      said += chunk;
      const found = /wss?:\/\/\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(new URL(found));
    });
    child.stderr!.on("data", (chunk) => {
      said += chunk;
    });
    child.on("close", () => reject(new Error(said)));
  });
  const closed = once(child, "close");
  return {
    url,
    async stop() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function start(main: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
  return spawn(process.execPath, [...sources, main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
}
