import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const source = (file: string): string => new URL(`../src/${file}`, import.meta.url).href;

test("a frozen server ends, and its folder goes, when the process that started it is killed", async () => {
  const program = `
    import { RedisServer } from ${JSON.stringify(source("index.ts"))};
    const server = await RedisServer.start();
    await server.freeze();
    console.log(JSON.stringify({ pid: server.pid, folder: server.folder }));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const { pid, folder } = JSON.parse(line);
  expect(isAlive(pid)).toBe(true);
  child.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  await expect.poll(() => existsSync(folder), { timeout: 5000 }).toBe(false);
});
