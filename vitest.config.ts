import { configDefaults, defineConfig } from "vitest/config";

const source = (path: string) => new URL(path, import.meta.url).pathname;

/** Tests run against the sources; nothing has to be built for them. Those in tooling/packed do, and have a run of their own. */
export default defineConfig({
  resolve: {
    alias: [
      { find: "@exws/autobahn", replacement: source("./autobahn/src/index.ts") },
      { find: "@exws/program", replacement: source("./apps/program/src/index.ts") },
      { find: /^@exws\/(engines|processes)$/, replacement: source("./tooling/$1/src/index.ts") },
      { find: "@exws/channels/conformance", replacement: source("./packages/channels/src/conformance.ts") },
      { find: /^@exws\/([^/]+)$/, replacement: source("./packages/$1/src/index.ts") },
    ],
  },
  test: {
    include: ["{packages/*,apps/*,autobahn,bench}/{src,test}/**/*.test.ts", "tooling/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "tooling/packed/**"],
    testTimeout: 30_000,
    coverage: {
      include: ["packages/{frame,handshake,deflate}/src/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: [["text", { skipFull: true }], "lcovonly"],
      thresholds: { branches: 100 },
    },
  },
});
