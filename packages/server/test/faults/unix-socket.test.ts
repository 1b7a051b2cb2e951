import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { closeFrame, textFrame } from "../support/frame-bytes.ts";
import { request } from "../support/http-bytes.ts";
import { start } from "../support/start.ts";

let folder: string | undefined;

async function socketPath(): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), "exws-"));
  return join(folder, "x.sock");
}

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

describe("a server on a Unix socket", () => {
  test("upgrades, echoes and closes; the peer has no address", async () => {
    const path = await socketPath();
    const running = await start({
      path,
      handler: { message: (connection, data) => void connection.write(data) },
    });
    expect(running.server.address()).toBe(path);
    const client = await running.open();
    expect(((await running.log.next("open")).connection as { remoteAddress: string }).remoteAddress).toBe("");
    client.write(Buffer.concat([textFrame("hi"), closeFrame(4000)]));
    expect(await client.framesToEnd()).toEqual(['text "hi"', "close 4000"]);
    await running.log.next("closed");
  });

  test("refuses what it refuses elsewhere", async () => {
    const running = await start({ path: await socketPath() });
    const client = await running.connect();
    client.write(request({ without: ["Host"] }));
    expect((await client.head()).status).toBe(400);
    await client.ended();
  });

  test("removes its file when it is closed", async () => {
    const path = await socketPath();
    const running = await start({ path });
    expect(existsSync(path)).toBe(true);
    await running.server.close();
    expect(existsSync(path)).toBe(false);
  });
});
