import type { Options } from "tsup";

/** How every published package is bundled: one ESM file; `tsc` writes the declarations beside it. */
export const bundle: Options = {
  entry: ["src/index.ts"],
  format: "esm",
  target: "es2023",
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
};
