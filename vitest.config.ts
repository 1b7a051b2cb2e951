import { defineConfig } from "vitest/config";

const source = (path: string) => new URL(path, import.meta.url).pathname;

/** Tests run against the sources; nothing has to be built for them. */
export default defineConfig({
  resolve: {
    alias: {
      "@exws/frame": source("./packages/frame/src/index.ts"),
      "@exws/handshake": source("./packages/handshake/src/index.ts"),
      "@exws/server": source("./packages/server/src/index.ts"),
    },
  },
  test: {
    include: ["{packages,apps}/*/{src,test}/**/*.test.ts", "tooling/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
