import { cp } from "node:fs/promises";
import type { Options } from "tsup";
import { bundle } from "../../tooling/tsup.base.ts";

const config: Options = {
  ...bundle,
  entry: { main: "src/main.ts", "page/main": "src/page/main.ts" },
  // The page's program is one file: the server and the page share sources, but no chunks.
  splitting: false,
  onSuccess: () => cp("src/page", "dist/page", { recursive: true, filter: (path) => !path.endsWith(".ts") }),
};

export default config;
