import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test("pnpm is pinned to one version: package.json names it for who starts it, the catalog for who finds it installed", () => {
  const { packageManager } = JSON.parse(read("package.json"));
  const [, version] = /^ {2}pnpm: (.+)$/m.exec(read("pnpm-workspace.yaml")) ?? [];
  expect(packageManager).toBe(`pnpm@${version}`);
});

test("the lockfile names no address: packages come from wherever the machine's own npm is set to", () => {
  expect(read("pnpm-lock.yaml").match(/^.*https?:\/\/.*$/gm)).toBeNull();
});
