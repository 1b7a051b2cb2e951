import { defineConfig } from "vitest/config";

/** The tests of what is published: they need a build, and read nothing but what was built. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["tooling/packed/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
