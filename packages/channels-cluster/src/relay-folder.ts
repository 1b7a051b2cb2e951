import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** The socket in a folder. */
const socket = "relay";

/** Milliseconds that a folder is left alone: its relay may be about to listen. */
const grace = 60_000;

/** Other machines may share the place: whether their relays are alive cannot be seen from here. */
function prefix(): string {
  return `exws-bus-${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}-`;
}

/** Makes a folder in `os.tmpdir()` that only this user can enter; returns it, and where in it a relay is to listen. */
export function makeRelayFolder(): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), prefix()));
  return { folder, path: join(folder, socket) };
}

/**
 * Removes the folders that relays of this user and machine have left which were killed: those in which nobody listens. Whatever
 * cannot be looked at or removed stays. Never rejects.
 */
export async function removeDeadFolders(): Promise<void> {
  const place = tmpdir();
  const own = prefix();
  const names = await readdir(place).catch(() => []);
  for (const name of names) if (name.startsWith(own)) await removeIfDead(join(place, name)).catch(() => {});
}

async function removeIfDead(folder: string): Promise<void> {
  const stats = await lstat(folder);
  // Nobody else can change what is in such a folder, or put another in its place.
  const isOwn = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
  if (!isOwn || Date.now() - stats.mtimeMs < grace) return;
  const path = join(folder, socket);
  if (!(await isDeserted(path))) return;
  await unlink(path).catch(() => {});
  await rmdir(folder);
}

/** Whether it is certain that nobody listens: one who is frozen, or has too many who wait, does not refuse. */
function isDeserted(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(path).unref();
    attempt.on("connect", () => {
      attempt.destroy();
      resolve(false);
    });
    attempt.on("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code === "ECONNREFUSED" || code === "ENOENT");
    });
  });
}
