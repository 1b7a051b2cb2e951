import { spawn } from "node:child_process";

/**
 * Has a process group end with this process, whatever ends that: all of it is killed, what is frozen, too. `leader` is the process id of
 * a child that was started with `detached: true`. Returns what kills the group now.
 */
export function ownGroup(leader: number): () => void {
  // A shell waits for the end of its input, which comes with ours; in a group of its own it hears no Ctrl-C.
  const guard = spawn("/bin/sh", ["-c", 'read _; kill -s KILL -- "-$1"', "sh", String(leader)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  return () => {
    kill(leader);
    guard.kill("SIGKILL");
  };
}

function kill(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left of it.
  }
}
