import { execFile } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "./blocks.ts";
import { faultsOfCommands, type Known } from "./commands.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const manifests = globSync("{packages/*,autobahn}/package.json", { cwd: root }).map((path) => ({
  folder: path.replace("/package.json", ""),
  ...JSON.parse(read(path)),
}));
/** What users install beside our packages, and where it is here. */
const peers = manifests.flatMap(({ folder, peerDependencies = {} }) =>
  Object.keys(peerDependencies).map((name: string) => ({ name, place: `${folder}/node_modules/${name}` })),
);

/** Everything that tells people what to type. Decisions are history: what stands in them need not run today. */
const files = globSync(["*.md", "{packages,apps}/*/*.md", "{autobahn,bench}/*.md", "docs/**/*.md"], {
  cwd: root,
  exclude: ["docs/decisions/**", "**/CHANGELOG.md", "**/node_modules/**"],
}).sort();

const optionsIn = (sources: string): string[] =>
  globSync(sources, { cwd: root }).flatMap((file) => read(file).match(/--[a-z][a-z-]*/g) ?? []);

const known: Known = {
  scripts: Object.keys(JSON.parse(read("package.json")).scripts),
  packages: [...manifests, ...peers].map(({ name }) => name),
  options: {
    start: optionsIn("apps/{echo,program}/src/**/*.ts"),
    chat: optionsIn("apps/{chat,program}/src/**/*.ts"),
    bench: optionsIn("bench/src/**/*.ts"),
  },
  programs: { "@exws/autobahn": optionsIn("autobahn/src/cli/*.ts") },
};

/** Runs a program to its end; a time limit ends it, too. */
function run(args: readonly string[]): Promise<{ code: number | string | null; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout: 20_000, env: { ...process.env, NO_COLOR: "1" } };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? `ended by ${error.signal}`);
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

const runner = join(root, "tooling/readme/run-blocks.ts");

describe.each(files)("%s", (file) => {
  const blocks = blocksOf(read(file));
  const programs = blocks.filter(({ language }) => language !== "sh");

  if (programs.length > 0) {
    test("its programs run", async () => {
      const { code, output } = await run([runner, file]);
      expect(code, output).toBe(0);
    });
  }

  test("its commands are ones that work", () => {
    const commands = blocks.filter(({ language }) => language === "sh");
    expect(commands.flatMap(({ code }) => faultsOfCommands(code, known))).toEqual([]);
  });
});

test("the repository and every published package have a README", () => {
  const folders = globSync("{packages/*,autobahn}/package.json", { cwd: root }).map((path) =>
    path.replace("package.json", ""),
  );
  expect(files).toEqual(expect.arrayContaining(["", ...folders].map((folder) => `${folder}README.md`)));
});

test("the programs of all READMEs are type-correct", async () => {
  const folder = join(root, ".cache/readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    for (const { language, code, line } of blocksOf(read(file))) {
      const name = `${file.replaceAll("/", "-")}.line-${line}.ts`;
      if (language === "ts") writeFileSync(join(folder, name), code);
    }
  }
  for (const { name, place } of peers) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, place), link);
  }
  // The compiler wants at least one file.
  writeFileSync(join(folder, "none.ts"), "export {};");
  const config = {
    extends: "../../tooling/tsconfig.json",
    compilerOptions: {
      moduleDetection: "force",
      paths: {
        "@exws/autobahn": ["../../autobahn/src/index.ts"],
        "@exws/channels/conformance": ["../../packages/channels/src/conformance.ts"],
        "@exws/*": ["../../packages/*/src/index.ts"],
      },
    },
    include: ["."],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, output } = await run([join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
  expect(code, output).toBe(0);
});

describe("the README test itself", () => {
  const folder = join(root, ".cache/readme-self");
  beforeAll(() => mkdirSync(folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  const tryBlocks = (...blocks: string[]) => {
    const file = join(folder, `${process.pid}-${Math.random()}.md`);
    writeFileSync(file, blocks.map((code) => `# Example\n\n\`\`\`ts\n${code}\n\`\`\`\n`).join("\n"));
    return run([runner, file]);
  };

  const echoServer = [
    `import { createServer } from "node:net";`,
    `const server = createServer((socket: import("node:net").Socket) => socket.pipe(socket));`,
    `await new Promise<void>((resolve) => server.listen({ port: 4545 }, resolve));`,
  ].join("\n");

  test("a server's block ends, and a client's block reaches it on the port they both name", async () => {
    const client = [
      `import { connect } from "node:net";`,
      `connect(4545, "127.0.0.1").end("hello").on("data", (bytes) => console.log(String(bytes))); // prints hello`,
    ].join("\n");
    const { code, output } = await tryBlocks(echoServer, client);
    expect(code, output).toBe(0);
    expect(output).toContain("hello");
  });

  test.each([
    ["throws", `throw new Error("broken");`],
    ["throws in a callback", `setTimeout(() => { throw new Error("broken"); }); // prints never`],
    ["imports what does not exist", `import { nothing } from "@exws/frame"; nothing();`],
    ["imports an unknown package", `import "@exws/nothing";`],
    ["is no TypeScript", `const = 1;`],
    ["waits for what never comes", `await new Promise(() => {});`],
    ["does not print what it says", `console.log("something else"); // prints hello`],
  ])("a block that %s fails", async (_, code) => {
    expect((await tryBlocks(code)).code).not.toBe(0);
  });

  test.each([
    ["rm -rf /", "rm is no command that the README test knows"],
    ["npm run deploy", "package.json has no script deploy"],
    ["npm install left-pad", "left-pad is no package of ours"],
    ["npm start --port 5000", "options need a -- before them"],
    ["npm test -- --port 5000", "test takes no options"],
    ["npm start -- --colour red", "start has no option --colour"],
    ["npx left-pad", "left-pad is no program of ours"],
    ["npx @exws/autobahn --colour red", "@exws/autobahn has no option --colour"],
  ])("the command %s is refused", (command, fault) => {
    expect(faultsOfCommands(command, { ...known, options: { start: ["--port"] } })).toEqual([
      `${command}: ${fault}`,
    ]);
  });

  test("commands that work are accepted", () => {
    const code = "$ npm start -- --port 5000  # elsewhere\nnpm test\n\nnpm install @exws/frame";
    expect(faultsOfCommands(code, { ...known, options: { start: ["--port"] } })).toEqual([]);
  });

  test("a block that is never closed is an error", () => {
    expect(() => blocksOf("```ts\nlet a;\n")).toThrow(SyntaxError);
  });
});
