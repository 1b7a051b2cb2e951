import type { Options } from "tsup";
import { bundle } from "../tooling/tsup.base.ts";

const config: Options = { ...bundle, entry: ["src/index.ts", "src/main.ts"], splitting: true };

export default config;
