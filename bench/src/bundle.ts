import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cacheFolder, rootFolder } from "./folders.ts";

const source = (name: string): string => join(rootFolder, "packages", name, "src/index.ts");

/** Whether the packages have permessage-deflate. */
export const hasDeflate: boolean = existsSync(source("deflate"));

const rooms = ["channels", "channels-redis", "channels-nats"];

/** Bundles a program with the sources of the packages as they are now, so that nothing has to be built; returns the file. */
export async function bundle(program: string, name: string): Promise<string> {
  const outfile = join(cacheFolder(), `${name}.mjs`);
  const names = ["frame", "handshake", "server", ...rooms, ...(hasDeflate ? ["deflate"] : [])];
  await build({
    entryPoints: [program],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "error",
    // Redis and NATS clients are bundled, too, and are CommonJS.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    alias: Object.fromEntries(names.map((each) => [`@exws/${each}`, source(each)])),
    external: hasDeflate ? [] : ["@exws/deflate"],
  });
  return outfile;
}
