import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cacheFolder, rootFolder, serversFolder } from "./folders.ts";

/** Bundles the exws server from the sources of the packages as they are now; returns the file. */
export async function bundleExws(): Promise<string> {
  const outfile = join(cacheFolder(), "exws.mjs");
  const source = (name: string): string => join(rootFolder, "packages", name, "src/index.ts");
  const names = ["frame", "handshake", "server", "deflate"].filter((name) => existsSync(source(name)));
  await build({
    entryPoints: [join(serversFolder, "exws.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "error",
    alias: Object.fromEntries(names.map((name) => [`@exws/${name}`, source(name)])),
    external: names.includes("deflate") ? [] : ["@exws/deflate"],
  });
  return outfile;
}

/** Whether the packages have permessage-deflate. */
export function hasDeflate(): boolean {
  return existsSync(join(rootFolder, "packages/deflate/src/index.ts"));
}
