import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { clusterBus, relay } from "./index.ts";
import { makeRelayFolder, removeDeadFolders } from "./relay-folder.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "exws-test-"));
  vi.stubEnv("TMPDIR", place);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/** What a relay leaves that was killed: a socket that nobody listens on. */
async function leave(folder: string, path: string = join(folder, "relay")): Promise<string> {
  const elsewhere = join(place, "elsewhere");
  const server = await listen(elsewhere);
  renameSync(elsewhere, path);
  await new Promise((resolve) => server.close(resolve));
  return age(folder);
}

/** An hour ago it was changed for the last time. */
function age(folder: string): string {
  const then = Date.now() / 1000 - 3600;
  utimesSync(folder, then, then);
  return folder;
}

test("the folder of a relay that was killed is removed by the next one, that of one that is alive is not", async () => {
  const first = await relay();
  onTestFinished(() => first.close());
  const dead = await leave(makeRelayFolder().folder);
  const deserted = age(makeRelayFolder().folder);
  age(dirname(first.path));
  const second = await relay();
  onTestFinished(() => second.close());
  await vi.waitFor(() =>
    expect([dead, deserted].map((folder) => existsSync(folder))).toEqual([false, false]),
  );
  const bus = clusterBus({ path: first.path });
  await bus.open({ message() {}, up() {}, down() {} });
  await bus.close();
});

test("what may be about to listen, is another's, or holds something else, is left alone", async () => {
  const fresh = makeRelayFolder().folder;
  const open = await leave(makeRelayFolder().folder);
  chmodSync(open, 0o755);
  const other = join(place, "exws-bus-00000000-123456");
  mkdirSync(other, { mode: 0o700 });
  await leave(other);
  const target = join(place, "target");
  mkdirSync(target, { mode: 0o700 });
  await leave(target);
  const link = makeRelayFolder().folder;
  rmSync(link, { recursive: true });
  symlinkSync(target, link);
  const full = makeRelayFolder().folder;
  mkdirSync(join(full, "something"));
  await leave(full);
  await removeDeadFolders();
  expect([fresh, open, other, join(target, "relay"), link, full].filter((path) => !existsSync(path))).toEqual(
    [],
  );
});

test("a place that is not there has nothing to be removed", async () => {
  vi.stubEnv("TMPDIR", join(place, "nowhere"));
  await removeDeadFolders();
});
