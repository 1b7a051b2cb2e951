import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { importsOf } from "./imports.ts";
import { arrows, faultsOf, isPublishedSource, packageOf, toolLibraries, type Workspace } from "./rules.ts";

type Manifest = {
  name: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  optionalDependencies?: Record<string, string>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const manifestOf = (folder: string): Manifest => JSON.parse(read(join(folder, "package.json")));
const names = (...groups: (Record<string, string> | undefined)[]): string[] =>
  groups.flatMap((group) => Object.keys(group ?? {}));

const rootTools = names(manifestOf(".").devDependencies);

const workspaces = globSync("{packages/*,apps/*,autobahn,bench}/package.json", { cwd: root })
  .map(dirname)
  .sort()
  .map((folder): Workspace & { manifest: Manifest } => {
    const manifest = manifestOf(folder);
    const { dependencies, peerDependencies, devDependencies, optionalDependencies } = manifest;
    const needed = names(dependencies, peerDependencies, optionalDependencies);
    return {
      folder,
      name: manifest.name,
      published: manifest.private !== true,
      dependencies: needed,
      available: [...needed, ...names(devDependencies), ...rootTools],
      manifest,
    };
  });

const filesOf = (folder: string): string[] =>
  globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] }).filter(
    (file) => !file.endsWith(".config.ts"),
  );

describe.each(workspaces)("$name", (workspace) => {
  const files = filesOf(workspace.folder);

  test("imports only what lies below it", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => faultsOf(workspace, root, join(root, file), read(file)))).toEqual([]);
  });

  test("declares the packages that its sources import, and no others", () => {
    const imported = files
      .filter(isPublishedSource)
      .flatMap((file) => importsOf(file, read(file)))
      .filter((specifier) => !/^\.|^node:/.test(specifier))
      .map(packageOf);
    // Something of an optional peer is taken by its shape: sources need not import it.
    const { peerDependenciesMeta = {} } = workspace.manifest;
    const isOptional = (name: string) => peerDependenciesMeta[name]?.optional === true;
    const needed = workspace.dependencies.filter((name) => !isOptional(name) || imported.includes(name));
    expect(needed.toSorted()).toEqual([...new Set(imported)].sort());
  });

  if (workspace.published) {
    test("is published without third-party dependencies but those of a tool, without install scripts, from a known place", () => {
      const { manifest, folder } = workspace;
      expect(Object.keys(arrows)).toContain(folder);
      const thirdParty = names(manifest.dependencies).filter((name) => !name.startsWith("@exws/"));
      expect(thirdParty.sort()).toEqual(toolLibraries[folder] ?? []);
      expect(manifest.optionalDependencies).toBeUndefined();
      expect(JSON.stringify(manifest)).not.toMatch(/"(pre|post)?install"|"prepare"/);
    });
  }
});

test("there are packages to look at", () => {
  expect(workspaces.map(({ name }) => name)).toEqual(expect.arrayContaining(["@exws/frame", "@exws/server"]));
});

describe("the rule itself", () => {
  const frame: Workspace = {
    folder: "packages/frame",
    name: "@exws/frame",
    published: true,
    dependencies: [],
    available: ["vitest"],
  };
  const server: Workspace = {
    folder: "packages/server",
    name: "@exws/server",
    published: true,
    dependencies: ["@exws/frame"],
    available: ["@exws/frame", "vitest"],
  };
  const channels: Workspace = {
    folder: "packages/channels",
    name: "@exws/channels",
    published: true,
    dependencies: ["@exws/frame"],
    available: ["@exws/frame", "@exws/server", "vitest"],
  };
  const examples = { frame, server, channels };
  const faults = (name: string, file: string, source: string) => {
    const workspace = examples[name as keyof typeof examples];
    return faultsOf(workspace, "/repo", `/repo/${workspace.folder}/${file}`, source).map(
      (fault) => fault.split(": ")[1],
    );
  };

  test.each([
    ["frame", "src/a.ts", `import { connect } from "node:net";`, "against the arrows"],
    ["frame", "src/a.ts", `import type { Server } from "@exws/server";`, "against the arrows"],
    ["frame", "src/a.ts", `export type { Upgrade } from "@exws/handshake";`, "against the arrows"],
    ["frame", "src/a.ts", `export * from "left-pad";`, "against the arrows"],
    ["frame", "src/a.ts", `type A = import("@exws/server").Server;`, "against the arrows"],
    ["frame", "src/a.ts", `await import("node:fs");`, "against the arrows"],
    ["frame", "src/a.ts", `require("node:fs");`, "against the arrows"],
    ["frame", "src/a.ts", `/// <reference types="node" />`, "against the arrows"],
    ["frame", "src/a.test.ts", `import { serve } from "@exws/server";`, "against the arrows"],
    ["frame", "src/a.test.ts", `import { test } from "mocha";`, "not declared in package.json"],
    ["frame", "src/a.ts", `import { b } from "../../server/src/b.ts";`, "leaves its package"],
    ["frame", "src/a.test.ts", `import { b } from "../../frame-extra/b.ts";`, "leaves its package"],
    ["server", "src/a.ts", `import { mask } from "@exws/frame/dist/mask.js";`, "reaches into a package"],
    ["channels", "test/a.test.ts", `import { x } from "@exws/channels/dist/x.js";`, "reaches into a package"],
    ["server", "src/a.ts", `import { x } from "@exws/handshake";`, "not declared in package.json"],
    ["server", "src/a.ts", `import { x } from "@exws/channels";`, "against the arrows"],
    ["channels", "src/a.ts", `import { serve } from "@exws/server";`, "against the arrows"],
    ["channels", "test/a.test.ts", `import { x } from "@exws/autobahn";`, "against the arrows"],
    ["server", "src/a.ts", `import { connect } from "net";`, "Node's modules are imported with node:"],
  ])("%s: %s with %s is refused", (name, file, source, fault) => {
    expect(faults(name, file, source)).toEqual([fault]);
  });

  test.each([
    ["frame", "src/a.ts", `import { b } from "./b.ts";`],
    [
      "frame",
      "test/a.test.ts",
      `import { test } from "vitest"; import { b } from "../src/b.ts"; import "node:fs";`,
    ],
    ["server", "src/a.ts", `import { text } from "@exws/frame"; import { connect } from "node:net";`],
    ["server", "test/a.test.ts", `import { serve } from "@exws/server";`],
    ["channels", "test/a.test.ts", `import { serve } from "@exws/server";`],
    ["channels", "test/a.test.ts", `import { busCases } from "@exws/channels/conformance";`],
  ])("%s: %s with %s is allowed", (name, file, source) => {
    expect(faults(name, file, source)).toEqual([]);
  });
});
