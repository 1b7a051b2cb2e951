import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project, run } from "./project.ts";

type Package = {
  folder: string;
  name: string;
  version: string;
  /** Of exws packages; there are no others. */
  dependencies: readonly string[];
  exports: Readonly<Record<string, string | { default: string }>>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = globSync("packages/*/package.json", { cwd: root })
  .sort()
  .map((path): Package & { private?: boolean } => {
    const manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
    return {
      ...manifest,
      folder: join(root, dirname(path)),
      dependencies: Object.keys(manifest.dependencies ?? {}),
    };
  })
  .filter((workspace) => workspace.private !== true);

/** Node 26 is the tools' own; the others come as Linux x64 binaries. */
const nodes = [
  ["26", join(root, "node_modules/.bin/node")],
  ...["22", "24"].map((major) => [major, join(root, `node_modules/node${major}/bin/node`)] as const),
].filter(([, path]) => process.platform === "linux" || existsSync(path!)) as [string, string][];

let store = "";
const tarballs = new Map<string, string>();

async function pack({ folder, name, version }: Package, into: string): Promise<string> {
  const { code, output } = await run(folder, "pnpm", "pack", "--pack-destination", into);
  expect(code, output).toBe(0);
  return join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`);
}

/** A package and what it needs, as tarballs. */
function closure(name: string, found: Set<string> = new Set()): Set<string> {
  found.add(name);
  for (const next of packages.find((one) => one.name === name)!.dependencies) closure(next, found);
  return found;
}

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), "exws-tarballs-"));
  for (const one of packages) tarballs.set(one.name, await pack(one, store));
});
afterAll(() => rm(store, { recursive: true }));

test("there are packages to publish", () => {
  expect(packages.map(({ name }) => name)).toContain("@exws/frame");
});

describe.each(packages)("$name", (one) => {
  const { folder, name } = one;
  const short = basename(folder);
  const source = readFileSync(join(root, "tooling/packed/consumers", `${short}.ts`), "utf8");
  const expected = /^\/\/ prints (.+)/.exec(source)![1];

  test("its tarball has the license, the README, the built scripts and one declaration for each source", async () => {
    const { output } = await run(store, "tar", "tzf", tarballs.get(name)!);
    const sources = globSync("src/**/*.ts", { cwd: folder, exclude: ["**/*.test.ts"] });
    const declarations = sources.map((file) => file.replace(/^src/, "dist").replace(/\.ts$/, ".d.ts"));
    const scripts = Object.values(one.exports).flatMap((target) =>
      typeof target === "string" ? [] : [target.default.replace("./", "")],
    );
    const wanted = [
      "LICENSE",
      "README.md",
      "package.json",
      ...scripts,
      ...scripts.map((file) => `${file}.map`),
      ...declarations,
    ];
    expect(output.trim().split("\n").sort()).toEqual(wanted.map((file) => `package/${file}`).sort());
  });

  test("its tarball is the same, byte for byte, when it is packed again", async () => {
    const again = await mkdtemp(join(tmpdir(), "exws-again-"));
    try {
      const bytes = readFileSync(await pack(one, again));
      expect(bytes.equals(readFileSync(tarballs.get(name)!))).toBe(true);
    } finally {
      await rm(again, { recursive: true });
    }
  });

  test("publint and attw find nothing to say", async () => {
    const lint = await run(store, "publint", "--strict", tarballs.get(name)!);
    expect(lint.output).toMatch(/All good!/);
    expect(lint.code).toBe(0);
    const types = await run(store, "attw", tarballs.get(name)!, "--profile", "esm-only");
    expect(types.code, types.output).toBe(0);
  });

  describe("installed in an empty project", () => {
    let project: Project;
    beforeAll(async () => {
      project = await Project.create([...closure(name)].map((each) => tarballs.get(each)!));
      const types = short === "frame" || short === "handshake" ? [] : ["node"];
      const options = {
        strict: true,
        noEmit: true,
        target: "ES2023",
        // The codecs need neither Node's types nor a browser's; the console is ours.
        lib: ["ES2023"],
        types,
        typeRoots: [join(root, "node_modules/@types")],
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
      };
      const console = types.length === 0 ? "declare const console: { log(text: string): void };\n" : "";
      for (const extension of ["ts", "mts", "cts"]) {
        await project.write(`consumer.${extension}`, `${console}${source}\nexport {};`);
      }
      const config = (module: string, moduleResolution: string, files: string[]) =>
        JSON.stringify({ compilerOptions: { ...options, module, moduleResolution }, files });
      await project.write("nodenext.json", config("nodenext", "nodenext", ["consumer.mts", "consumer.cts"]));
      await project.write("bundler.json", config("esnext", "bundler", ["consumer.ts"]));
      for (const [format, extension] of [
        ["esm", "mjs"],
        ["cjs", "cjs"],
      ] as const) {
        await project.write(
          `consumer.${extension}`,
          (await transform(source, { loader: "ts", format })).code,
        );
      }
    });
    afterAll(() => project[Symbol.asyncDispose]());

    test("nothing else comes with it", () => {
      const modules = join(project.folder, "node_modules");
      expect(readdirSync(modules).filter((entry) => !entry.startsWith("."))).toEqual(["@exws"]);
      const names = readdirSync(join(modules, "@exws")).map((entry) => `@exws/${entry}`);
      expect(names.sort()).toEqual([...closure(name)].sort());
    });

    test.each(["nodenext", "bundler"])("it type-checks under %s, libraries too", async (resolution) => {
      const { code, output } = await run(project.folder, "tsc", "-p", `${resolution}.json`);
      expect(code, output).toBe(0);
    });

    test.each(nodes)("it runs on Node %s, imported and required", async (major, node) => {
      const version = await run(project.folder, node, "--version");
      expect(version.output).toMatch(new RegExp(`^v${major}\\.`));
      for (const file of ["consumer.mjs", "consumer.cjs"]) {
        const { code, output } = await run(project.folder, node, file);
        expect(output.replace(/^\(.*Warning.*\n|^\(Use `node --trace.*\n/gm, "").trim(), file).toBe(expected);
        expect(code).toBe(0);
      }
    });
  });
});
