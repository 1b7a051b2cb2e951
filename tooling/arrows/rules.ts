import { isBuiltin } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { importsOf } from "./imports.ts";

/** What the published sources of each package may import besides their own files: exws packages and Node's modules. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  "packages/frame": [],
  "packages/handshake": [],
  "packages/server": ["@exws/frame", "@exws/handshake", "node:*"],
  "packages/channels": ["@exws/frame", "node:crypto"],
  "packages/channels-cluster": ["@exws/channels", "node:*"],
  "packages/channels-nats": [
    "@exws/channels",
    "node:async_hooks",
    "node:crypto",
    "node:diagnostics_channel",
    "node:net",
  ],
  "packages/channels-redis": ["@exws/channels", "node:crypto"],
  "packages/deflate": ["@exws/frame", "@exws/handshake", "node:zlib"],
  "packages/supervise": ["node:*"],
  autobahn: ["@exws/frame", "@exws/handshake", "node:*"],
};

/** Published programs that people run, not build upon: they may use libraries for what they show and how they are called. */
export const toolLibraries: Readonly<Record<string, readonly string[]>> = {
  autobahn: ["commander", "log-update", "picocolors"],
};

/** What packages offer beside their main export. */
export const subpaths: readonly string[] = ["@exws/channels/conformance"];

/** What the tests of a package may import of ours besides: what it is made for, though it must not know it. */
export const testArrows: Readonly<Record<string, readonly string[]>> = {
  "packages/channels": ["@exws/server", "@exws/deflate"],
  "packages/channels-cluster": ["@exws/processes", "@exws/server", "@exws/supervise"],
  "packages/channels-nats": ["@exws/engines"],
  "packages/channels-redis": ["@exws/engines"],
  "packages/supervise": ["@exws/processes", "@exws/server"],
  autobahn: ["@exws/processes"],
};

/** A workspace folder, as far as the rules look at it. */
export type Workspace = {
  /** Relative to the repository, as `packages/frame`. */
  folder: string;
  name: string;
  published: boolean;
  dependencies: readonly string[];
  /** All that tests may import: dependencies of every kind, the root's too. */
  available: readonly string[];
};

/** The package that an import names: `@exws/frame` of `@exws/frame/internal`. */
export function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Published with the package: not a test, and not the configuration of a tool. */
export function isPublishedSource(file: string): boolean {
  return file.split(sep).includes("src") && !file.endsWith(".test.ts");
}

/** What is wrong with the imports of one file; `file` is its absolute path. */
export function faultsOf(workspace: Workspace, root: string, file: string, source: string): string[] {
  const inside = resolve(root, workspace.folder);
  const strict = isPublishedSource(relative(inside, file));
  return importsOf(file, source).flatMap((specifier) => {
    const fault = faultOf(workspace, inside, strict, file, specifier);
    return fault === undefined ? [] : [`${relative(root, file)} imports ${specifier}: ${fault}`];
  });
}

function faultOf(
  workspace: Workspace,
  inside: string,
  strict: boolean,
  file: string,
  specifier: string,
): string | undefined {
  if (specifier.startsWith(".")) return faultOfRelative(inside, file, specifier);
  if (isBuiltin(specifier)) return faultOfBuiltin(workspace, strict, specifier);
  const name = packageOf(specifier);
  if (name.startsWith("@exws/") && specifier !== name && !subpaths.includes(specifier)) {
    return "reaches into a package";
  }
  return faultOfPackage(workspace, strict, name);
}

function faultOfRelative(inside: string, file: string, specifier: string): string | undefined {
  const target = resolve(dirname(file), specifier);
  return target.startsWith(inside + sep) ? undefined : "leaves its package";
}

function faultOfBuiltin(workspace: Workspace, strict: boolean, specifier: string): string | undefined {
  if (!specifier.startsWith("node:")) return "Node's modules are imported with node:";
  const allowed = arrows[workspace.folder];
  if (!workspace.published || !strict || allowed === undefined) return undefined;
  return allowed.includes("node:*") || allowed.includes(specifier) ? undefined : "against the arrows";
}

function faultOfPackage(workspace: Workspace, strict: boolean, name: string): string | undefined {
  const { folder } = workspace;
  const below = [...(arrows[folder] ?? []), ...(toolLibraries[folder] ?? [])];
  const allowed = [...below, ...(strict ? [] : (testArrows[folder] ?? []))];
  if (workspace.published && name !== workspace.name && (strict || name.startsWith("@exws/"))) {
    if (!allowed.includes(name)) return "against the arrows";
  }
  const declared = strict ? workspace.dependencies : [...workspace.available, workspace.name];
  return declared.includes(name) ? undefined : "not declared in package.json";
}
