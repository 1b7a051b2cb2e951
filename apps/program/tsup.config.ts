import { cp } from "node:fs/promises";
import type { Options } from "tsup";
import { bundle } from "../../tooling/tsup.base.ts";

const config: Options = { ...bundle, onSuccess: () => cp("src/look.css", "dist/look.css") };

export default config;
