/** What Node needs before a program's name so that it runs with the sources of our packages, with nothing built. */
export const sources: readonly string[] = ["--import", new URL("resolve-sources.ts", import.meta.url).href];
