import { bundle } from "../../tooling/tsup.base.ts";

export default bundle;
