import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a command exited with and printed, on both streams. */
export type Outcome = { code: number | string | null; output: string };

/** Runs a command in a folder; the repository's tools are on its PATH. */
export function run(folder: string, command: string, ...args: string[]): Promise<Outcome> {
  const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
  const env = { ...process.env, PATH: path, NO_COLOR: "1", NODE_OPTIONS: "" };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? `ended by ${error.signal}`);
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** An empty project of somebody else's, far from the repository, gone when it is disposed. */
export class Project implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Installs the tarballs, and nothing that would have to be fetched. */
  static async create(tarballs: readonly string[]): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), "exws-packed-")));
    await project.write(
      "package.json",
      JSON.stringify({ name: "consumer", version: "1.0.0", private: true }),
    );
    const { code, output } = await run(
      project.folder,
      "npm",
      "install",
      "--offline",
      "--no-audit",
      "--no-fund",
      ...tarballs,
    );
    if (code !== 0) throw new Error(output);
    return project;
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
