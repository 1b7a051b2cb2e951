import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll } from "vitest";

const source = fileURLToPath(new URL("../../src/page", import.meta.url));

/** The page built from its sources, in a folder that is there until this file's tests are over. */
export async function builtPage(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), "exws-chat-page-"));
  afterAll(() => rm(folder, { recursive: true }));
  await cp(source, folder, { recursive: true, filter: (path) => !path.endsWith(".ts") });
  await build({
    entryPoints: [join(source, "main.ts")],
    outfile: join(folder, "main.js"),
    bundle: true,
    format: "esm",
    target: "es2023",
  });
  return pathToFileURL(`${folder}/`);
}
