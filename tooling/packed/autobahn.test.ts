import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./project.ts";

// The conformance suite is a program that uses libraries: it is not installed from nothing here, as the others are, but
// its tarball is unpacked and run with the libraries of the repository beside it.

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "autobahn");
const nodes = [
  ["26", join(root, "node_modules/.bin/node")],
  ...["22", "24"].map((major) => [major, join(root, `node_modules/node${major}/bin/node`)] as const),
].filter(([, path]) => process.platform === "linux" || existsSync(path!)) as [string, string][];

let place: string;
let tarball: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "exws-autobahn-"));
  const packed = await run(folder, "pnpm", "pack", "--pack-destination", place);
  expect(packed.code, packed.output).toBe(0);
  tarball = join(place, readdirSync(place).find((name) => name.endsWith(".tgz"))!);
  await run(place, "tar", "xzf", tarball);
  await mkdir(join(place, "package/node_modules/@exws"), { recursive: true });
  for (const name of ["commander", "log-update", "picocolors", "@exws/frame", "@exws/handshake"]) {
    await symlink(join(folder, "node_modules", name), join(place, "package/node_modules", name));
  }
});
afterAll(() => rm(place, { recursive: true }));

test("its tarball has the license, the README, what was built, and nothing else", async () => {
  const { output } = await run(place, "tar", "tzf", tarball);
  const files = output.trim().split("\n");
  expect(files).toEqual(
    expect.arrayContaining(["package/LICENSE", "package/README.md", "package/dist/main.js"]),
  );
  const others = files.filter((file) => !file.startsWith("package/dist/"));
  expect(others.toSorted()).toEqual(["package/LICENSE", "package/README.md", "package/package.json"]);
  expect(files.filter((file) => file.includes(".test."))).toEqual([]);
});

test("publint and attw find nothing to say", async () => {
  const lint = await run(place, "publint", "--strict", tarball);
  expect(lint.output).toMatch(/All good!/);
  const types = await run(place, "attw", tarball, "--profile", "esm-only");
  expect(types.code, types.output).toBe(0);
});

test.each(nodes)("it runs on Node %s, as a program and as a module", async (_, node) => {
  const main = join(place, "package/dist/main.js");
  const listed = await run(place, node, main, "cases", "6.4.*");
  expect(listed.code, listed.output).toBe(0);
  expect(listed.output.trim().split("\n")).toHaveLength(4);
  const script = `import { catalogue } from ${JSON.stringify(join(place, "package/dist/index.js"))}; console.log(catalogue.length);`;
  const imported = await run(place, node, "--input-type=module", "--eval", script);
  expect(imported.output.trim()).toBe("517");
});
