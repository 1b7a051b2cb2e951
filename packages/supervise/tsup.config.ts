import { bundle } from "../../tooling/tsup.base.ts";

/** The conformance kit is for tests: a file of its own, which shares no code with the rest. */
export default { ...bundle, entry: ["src/index.ts", "src/conformance.ts"] };
