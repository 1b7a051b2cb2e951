import { cp } from "node:fs/promises";
import type { Options } from "tsup";
import { bundle } from "../../tooling/tsup.base.ts";

const config: Options = {
  ...bundle,
  entry: ["src/main.ts"],
  // The page is served as it is written.
  onSuccess: () => cp("src/page", "dist/page", { recursive: true }),
};

export default config;
